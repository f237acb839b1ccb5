#pragma once
// The hook points that commands sweep over, and the table of a grid.
#include <span>
#include <string>
#include <string_view>
#include <tl/interp/sweep_grid.hpp>
#include <vector>

#include "model.hpp"

namespace tl::app {

struct SweepSite {
  std::string_view name;
  Point point;
  SweepAxes axes;

  // Of a grid: [layer, pos], [layer, head] or [layer, head, pos].
  std::vector<std::size_t> extents(const Config& config, std::size_t positions) const;
};

// The site of a name, its heads at one position at a time where one_position is asked. Throws Error where there is
// none, listing them, and where one_position is asked of one that goes by position anyway.
SweepSite sweep_site(std::string_view name, bool one_position);

// [layer, pos] or [layer, head]: layers down, heads or the last positions across; [layer, head, pos]: the cells with
// the greatest values. At most `last` positions or cells; - where a value is not a number.
std::string sweep_table(const Model& model, std::span<const Token> tokens, const SweepSite& site,
                        std::span<const std::size_t> extents, std::span<const float> values, std::string_view heading,
                        std::size_t last);

}  // namespace tl::app
