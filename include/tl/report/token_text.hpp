#pragma once
// A text whose tokens are coloured by a value: log-probability, activation of a feature, green or red of a watermark.
#include <string>
#include <tl/report/candidate.hpp>
#include <tl/report/color_scale.hpp>
#include <tl/report/figure.hpp>
#include <vector>

namespace TL_NAMESPACE::report {

struct Passage {
  std::vector<std::string> tokens;
  std::vector<float> values;      // one a token; NaN, as for a first token's log-probability: no colour
  std::vector<Candidates> top{};  // shown where a token is hovered
  std::string label{};            // before the passage
};

// Passages of one scale.
struct TokenText {
  std::string title;
  std::vector<Passage> passages;
  Colors colors{};
  std::string unit{};
  std::string note{};

  std::string svg() const;  // lines of 88 columns; a page breaks lines where it ends
  std::string html() const;
};

}  // namespace TL_NAMESPACE::report

#ifdef TL_HEADER_ONLY
#include <tl/report/token_text-inl.hpp>
#endif
