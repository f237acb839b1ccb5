#pragma once
// Labelled bars around zero: what each component adds to a logit.
#include <cstddef>
#include <string>
#include <tl/report/figure.hpp>
#include <vector>

namespace TL_NAMESPACE::report {

// Sorted by value, greatest first. Of more than `most` bars those of least magnitude become one, their sum. The sum of
// all is written below. A value that is NaN or infinite has no bar, stands last and is not in the sum, which then says
// so.
struct Bars {
  std::string title;
  std::vector<std::string> labels;
  std::vector<float> values;
  std::string unit{};
  std::size_t most = 30;
  std::string note{};

  std::string svg() const;
  std::string html() const;
};

}  // namespace TL_NAMESPACE::report

#ifdef TL_HEADER_ONLY
#include <tl/report/bars-inl.hpp>
#endif
