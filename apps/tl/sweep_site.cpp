#include "sweep_site.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "table.hpp"

namespace tl::app {

namespace {

constexpr SweepAxes by_position{.position = true}, by_head{.head = true};
constexpr std::array sites{SweepSite{"resid_pre", Point::resid_pre, by_position},
                           SweepSite{"resid_mid", Point::resid_mid, by_position},
                           SweepSite{"attn_out", Point::attn_out, by_position},
                           SweepSite{"mlp_out", Point::mlp_out, by_position},
                           SweepSite{"z", Point::z, by_head},
                           SweepSite{"q", Point::q, by_head},
                           SweepSite{"k", Point::k, by_head},
                           SweepSite{"v", Point::v, by_head},
                           SweepSite{"pattern", Point::pattern, by_head}};

std::string shown(float value) {
  if (std::isnan(value)) return "-";
  return fmt::format("{:.3f}", std::abs(value) < 0.0005f ? 0.f : value);  // 0.000 has no sign
}

}  // namespace

std::vector<std::size_t> SweepSite::extents(const Config& config, std::size_t positions) const {
  std::vector<std::size_t> extents{config.n_layer};
  if (axes.head) extents.push_back(config.n_head);
  if (axes.position) extents.push_back(positions);
  return extents;
}

SweepSite sweep_site(std::string_view name, bool one_position) {
  std::string names;
  for (SweepSite site : sites) {
    if (site.name == name) {
      if (one_position && site.axes.position)
        throw Error("--by-position is of heads' sites: ", site.name, " goes by position anyway");
      site.axes.position |= one_position;
      return site;
    }
    names += (names.empty() ? "" : ", ") + std::string(site.name);
  }
  throw Error(name.empty() ? std::string("there is no --site") : "--site is `" + std::string(name) + "`",
              ": give one of ", names);
}

std::string sweep_table(const Model& model, std::span<const Token> tokens, const SweepSite& site,
                        std::span<const std::size_t> extents, std::span<const float> values, std::string_view heading,
                        std::size_t last) {
  if (extents.size() == 2) {
    const std::size_t width = extents[1], first = site.axes.head ? 0 : width - std::min(width, last);
    Table::Row names{">layer"};
    for (std::size_t i = first; i != width; ++i)
      names.push_back(site.axes.head ? ">head " + std::to_string(i) : ">\"" + model.token_text(tokens[i]) + "\"");
    Table table(names);
    for (std::size_t layer = 0; layer != extents[0]; ++layer) {
      Table::Row row{std::to_string(layer)};
      for (std::size_t i = first; i != width; ++i) row.push_back(shown(values[layer * width + i]));
      table.add(std::move(row));
    }
    return table.text();
  }
  std::vector<std::size_t> cells;
  for (std::size_t i = 0; i != values.size(); ++i)
    if (!std::isnan(values[i])) cells.push_back(i);
  std::ranges::stable_sort(cells, std::ranges::greater(), [&](std::size_t i) { return std::abs(values[i]); });
  cells.resize(std::min(cells.size(), last));
  Table table({">layer", ">head", ">position", "token", ">" + std::string(heading)});
  const std::size_t heads = extents[1], positions = extents[2];
  for (const std::size_t i : cells)
    table.add({std::to_string(i / positions / heads), std::to_string(i / positions % heads),
               std::to_string(i % positions), "\"" + model.token_text(tokens[i % positions]) + "\"", shown(values[i])});
  return table.text();
}

}  // namespace tl::app
