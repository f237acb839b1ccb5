#pragma once
// A matrix as coloured cells: heads by layer, a logit lens, a patching grid.
#include <string>
#include <tl/report/candidate.hpp>
#include <tl/report/color_scale.hpp>
#include <tl/report/figure.hpp>
#include <tl/report/grid.hpp>
#include <vector>

namespace TL_NAMESPACE::report {

// For each [layer, head] a score: show_values. For each [layer, pos] of a lens: cell_text, the likeliest token, and
// top, what follows it. For a patching grid: diverging(), column_labels the prompt's tokens. Row 0 is on top. A cell
// that is NaN or infinite is crossed out.
struct HeatMap {
  std::string title;
  Grid grid;
  std::vector<std::string> row_labels{}, column_labels{};  // texts or tokens; without them, indices
  Colors colors{};
  std::string unit{};                    // of a value: "nats", "probability"
  bool show_values = false;              // write each value in its cell, two digits
  std::vector<std::string> cell_text{};  // row-major; what is written in a cell instead, shortened to fit
  std::vector<Candidates> top{};         // row-major; shown where a cell is hovered
  std::string note{};                    // a sentence under the title

  std::string svg() const;
  std::string html() const;
};

}  // namespace TL_NAMESPACE::report

#ifdef TL_HEADER_ONLY
#include <tl/report/heat_map-inl.hpp>
#endif
