#pragma once
// What one run had at several hook points that are known at run time. All analyses capture by this one policy, so that
// a program instantiates one forward for them, not one each.
#include <compare>
#include <cstddef>
#include <map>
#include <span>
#include <tl/hooks/dynamic_hooks.hpp>
#include <tl/model/gpt2.hpp>
#include <utility>
#include <vector>

namespace TL_NAMESPACE {

// A hook point at a layer (no_layer outside the blocks).
struct PointAt {
  Point point;
  int layer = no_layer;
  friend constexpr auto operator<=>(const PointAt&, const PointAt&) = default;
};
// The same point of the layers [0, end).
inline void add_layers(std::vector<PointAt>& wanted, Point point, std::size_t end) {
  for (std::size_t layer = 0; layer != end; ++layer) wanted.push_back({point, static_cast<int>(layer)});
}

class PointCaptures {
 public:
  // Throws Error where no position was captured.
  PointCaptures(std::span<const PointAt> wanted, std::vector<NamedArray> arrays) {
    if (arrays.size() != wanted.size())
      throw Error("no position was chosen: the prompt is empty, or where(...) accepts none of it");
    for (std::size_t i = 0; i != wanted.size(); ++i) arrays_.emplace(wanted[i], std::move(arrays[i].array));
  }

  // What is at a point, [pos, ...] or [head, pos, key_pos]; it has to be one of those that were wanted.
  const CapturedArray& array(PointAt place) const { return arrays_.at(place); }
  // Its values.
  const float* operator()(Point point, std::size_t layer) const { return at({point, static_cast<int>(layer)}); }
  const float* operator()(Point point) const { return at({point}); }
  const float* at(PointAt place) const { return array(place).values.data(); }
  // Positions captured.
  std::size_t positions() const {
    const auto& [place, captured] = *arrays_.begin();
    return captured.extents[info(place.point).shape == PointShape::head_key_pos ? 1 : 0];
  }

 private:
  std::map<PointAt, CapturedArray> arrays_;
};

// Runs the model under the policies, as far as the deepest of the points, and keeps the values there at the positions
// that `where` accepts. The points are distinct.
template <Config C, StorageType S, Basis B, AnyPolicy... Policies>
PointCaptures capture_points(const Gpt2<C, S, B>& model, std::span<const Token> tokens, std::span<const PointAt> wanted,
                             const DynamicHooks::Where& where, RunOptions options, Policies&&... policies) {
  DynamicHooks hooks;
  for (const PointAt& place : wanted) hooks.capture(full_name(place.point, place.layer), where);
  model.run(tokens, options, std::forward<Policies>(policies)..., hooks);
  return PointCaptures(wanted, hooks.take());
}

}  // namespace TL_NAMESPACE
