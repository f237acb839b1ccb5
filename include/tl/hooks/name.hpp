#pragma once
// Names of hook points, as TransformerLens writes them: `blocks.3.attn.hook_pattern`, `blocks.*.hook_resid_post`,
// `hook_embed`; `logits` is another name of `unembed.hook_out`. Checked when a program is compiled.
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <tl/core/error.hpp>
#include <tl/core/fixed_string.hpp>
#include <tl/hooks/point.hpp>

namespace TL_NAMESPACE {

inline constexpr int every_layer = -1;  // the layer of `blocks.*`
inline constexpr int no_layer = -2;     // the layer of a point outside the blocks

// What a name refers to.
struct HookRef {
  bool known = false;
  int layer = no_layer;
  Point point{};

  constexpr bool covers(Point at, int at_layer) const {
    return known && point == at && (layer == at_layer || (layer == every_layer && at_layer >= 0));
  }
};

// Plain loops: g++ 12 -fsanitize=undefined refuses string_view::find on a template argument in constant evaluation.
namespace detail {
constexpr bool same_text(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i != a.size(); ++i)
    if (a[i] != b[i]) return false;
  return true;
}

struct SplitName {
  bool well_formed = true;
  int layer = no_layer;
  std::string_view rest;
};

// Takes `blocks.N.` or `blocks.*.` off the front of a name.
constexpr SplitName split(std::string_view name) {
  constexpr std::string_view prefix = "blocks.";
  if (name.size() < prefix.size() || !same_text(name.substr(0, prefix.size()), prefix)) return {true, no_layer, name};
  std::size_t i = prefix.size();
  int layer = 0;
  if (i < name.size() && name[i] == '*') {
    layer = every_layer;
    ++i;
  } else {
    const std::size_t first = i;
    for (; i < name.size() && name[i] >= '0' && name[i] <= '9' && layer < 100'000; ++i)
      layer = layer * 10 + (name[i] - '0');
    if (i == first || (name[first] == '0' && i != first + 1)) return {false, no_layer, name};
  }
  if (i == name.size() || name[i] != '.') return {false, no_layer, name};
  return {true, layer, name.substr(i + 1)};
}

constexpr std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::array<std::size_t, 64> row{};
  a = a.substr(0, 63), b = b.substr(0, 63);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      std::size_t best = diagonal + (a[i - 1] != b[j - 1]);
      if (above + 1 < best) best = above + 1;
      if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
      row[j] = best;
      diagonal = above;
    }
  }
  return row[b.size()];
}
}  // namespace detail

constexpr HookRef resolve(std::string_view name) {
  if (detail::same_text(name, "logits")) return {true, no_layer, Point::unembed_out};
  const detail::SplitName parts = detail::split(name);
  if (parts.well_formed)
    for (const PointInfo& candidate : points)
      if (candidate.in_block == (parts.layer != no_layer) && detail::same_text(candidate.name, parts.rest))
        return {true, parts.layer, candidate.point};
  return {};
}

// The name, after any `blocks.N.`, of the point nearest to what was written.
constexpr std::string_view nearest_point(std::string_view wrote) {
  const std::string_view rest = detail::split(wrote).rest;
  std::string_view best = points[0].name;
  for (const PointInfo& candidate : points)
    if (detail::edit_distance(rest, candidate.name) < detail::edit_distance(rest, best)) best = candidate.name;
  return best;
}

namespace detail {
template <fixed_string Wrote, fixed_string Nearest, bool Known>
struct hook_point_named {
  static_assert(Known,
                "tl: there is no hook point of that name; above: what was written, and the nearest known point "
                "(a point of a block is written blocks.3.NAME or blocks.*.NAME)");
};

template <fixed_string Name>
consteval HookRef checked_ref() {
  constexpr HookRef ref = resolve(Name.view());
  if constexpr (!ref.known) {
    constexpr std::string_view nearest = nearest_point(Name.view());
    static_cast<void>(sizeof(hook_point_named<Name, fixed_string<nearest.size() + 1>(nearest), false>));
  }
  return ref;
}
}  // namespace detail

// What the name refers to, resolved once for each name; a name that does not exist does not compile.
template <fixed_string Name>
inline constexpr HookRef ref_of = detail::checked_ref<Name>();

// The same for names known at run time. Throws Error where there is no such point or the layer is out of range.
inline HookRef resolve_or_throw(std::string_view name, std::size_t n_layer) {
  const HookRef ref = resolve(name);
  if (!ref.known) {
    const std::string_view nearest = nearest_point(name);
    const bool in_block = [&] {
      for (const PointInfo& candidate : points)
        if (candidate.name == nearest) return candidate.in_block;
      return false;
    }();
    throw Error("there is no hook point `", name, "`; the nearest is `", in_block ? "blocks.N." : "", nearest, "`");
  }
  if (ref.layer >= 0 && static_cast<std::size_t>(ref.layer) >= n_layer)
    throw Error("hook point `", name, "` names layer ", ref.layer, ", and this model has layers 0 to ", n_layer - 1);
  return ref;
}

// The full name of a point at a layer (any layer but every_layer).
inline std::string full_name(Point point, int layer) {
  const PointInfo& about = info(point);
  return about.in_block ? "blocks." + std::to_string(layer) + "." + std::string(about.name) : std::string(about.name);
}

// A name as an object: "blocks.3.hook_resid_post"_hook.
template <fixed_string Name>
struct HookName {
  static constexpr HookRef ref = ref_of<Name>;
};

inline namespace literals {
template <fixed_string Name>
constexpr HookName<Name> operator""_hook() {
  return {};
}
}  // namespace literals

}  // namespace TL_NAMESPACE
