#pragma once
// Texts that are written at the same time: which forward pass gave each token, one lane a text, and the texts side by
// side.
#include <cstddef>
#include <string>
#include <tl/report/figure.hpp>
#include <vector>

namespace TL_NAMESPACE::report {

// Tokens of a lane are of one forward pass after another, from `first_pass` on.
struct BranchLane {
  std::string label, text;  // text: what stands before the tokens, a prompt
  std::size_t first_pass;
  std::vector<std::string> tokens;
};

// On a page a slider goes through the passes, and the texts grow with it.
struct BranchTimeline {
  std::string title;
  std::vector<BranchLane> lanes;
  std::string note{};

  std::string svg() const;  // the lanes alone
  std::string html() const;
};

}  // namespace TL_NAMESPACE::report

#ifdef TL_HEADER_ONLY
#include <tl/report/branch_timeline-inl.hpp>
#endif
