#pragma once
// The hook points that commands sweep over, and the table of a grid.
#include <span>
#include <string>
#include <string_view>
#include <tl/hooks/point.hpp>
#include <vector>

#include "model.hpp"

namespace tl::app {

struct SweepSite {
  std::string_view name;
  Point point;
  bool of_heads;
};

// The site of a name. Throws Error where there is none, listing them, and where by_position is asked of one that goes by
// position anyway.
SweepSite sweep_site(std::string_view name, bool by_position);

// [layer, pos] or [layer, head]: layers down, heads or the last positions across; [layer, head, pos]: the cells with the
// greatest values. At most `last` positions or cells; - where a value is not a number.
std::string sweep_table(const Model& model, std::span<const Token> tokens, const SweepSite& site,
                        std::span<const std::size_t> extents, std::span<const float> values, std::string_view heading,
                        std::size_t last);

}  // namespace tl::app
