#pragma once
// Lines: loss curves, a measure by layer.
#include <string>
#include <tl/report/axis.hpp>
#include <tl/report/figure.hpp>
#include <vector>

namespace TL_NAMESPACE::report {

struct Series {
  std::string name;
  std::vector<double> y;
  std::vector<double> x{};  // ascending; without it 0, 1, 2...
};

// One to six series, told apart by colour and by dashes. A value that is NaN or infinite, or not positive on a
// logarithmic axis, is a gap. Of long series every pixel's least and greatest value is drawn.
struct LineChart {
  std::string title;
  std::vector<Series> series;
  std::string x_label{}, y_label{};
  Spacing x_spacing = Spacing::linear, y_spacing = Spacing::linear;
  std::string note{};

  std::string svg() const;
  std::string html() const;
};

}  // namespace TL_NAMESPACE::report

#ifdef TL_HEADER_ONLY
#include <tl/report/line_chart-inl.hpp>
#endif
