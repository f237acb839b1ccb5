#pragma once
// capture<"blocks.*.attn.hook_pattern">(): keeps the values at a name, for every sequence and layer.
#include <cstddef>
#include <tl/hooks/captured.hpp>
#include <vector>

namespace TL_NAMESPACE {

// What a capture holds, the same for all names: its code is compiled once for each shape of view.
class CapturedSequences {
 public:
  template <class View>
  void operator()(View view, const Context& at) {
    detail::append_rows(view, at, [&](std::size_t sequence) -> Captured& { return kept(sequence, at.layer); });
  }

  // What was kept of a sequence at a layer (any, outside the blocks).
  Captured& kept(std::size_t sequence, int layer) {
    const auto at_layer = static_cast<std::size_t>(std::max(layer, 0));
    if (sequence >= kept_.size()) kept_.resize(sequence + 1);
    if (at_layer >= kept_[sequence].size()) kept_[sequence].resize(at_layer + 1);
    return kept_[sequence][at_layer];
  }

 private:
  std::vector<std::vector<Captured>> kept_;
};

template <fixed_string Name>
struct Capture : CapturedSequences {};

template <fixed_string Name>
constexpr auto capture() {
  return observe<Name>(Capture<Name>{});
}

namespace detail {
template <class P>
inline constexpr bool is_capture = false;
template <fixed_string Name, class Where, bool MixesRows>
inline constexpr bool is_capture<Policy<Name, Access::observe, Capture<Name>, Where, MixesRows>> = true;
}  // namespace detail

}  // namespace TL_NAMESPACE
