#pragma once
// How often values are: activations, densities of features.
#include <cstddef>
#include <span>
#include <string>
#include <tl/report/axis.hpp>
#include <tl/report/figure.hpp>
#include <vector>

namespace TL_NAMESPACE::report {

struct Histogram {
  std::string title;
  std::vector<double> edges;  // ascending, one more than counts
  std::vector<double> counts;
  std::string x_label{}, y_label = "count";
  Spacing y_spacing = Spacing::linear;  // logarithmic: from 1, and an empty bin has no bar
  std::string note{};

  std::string svg() const;
  std::string html() const;
};

// Edges and counts of that many equal bins from the least to the greatest value. What is NaN or infinite is counted in
// without_value, not in a bin. Throws Error where no value is finite or there are no bins.
struct Binned {
  std::vector<double> edges, counts;
  std::size_t without_value = 0;
};
Binned bin(std::span<const float> values, std::size_t bins);

}  // namespace TL_NAMESPACE::report

#ifdef TL_HEADER_ONLY
#include <tl/report/histogram-inl.hpp>
#endif
