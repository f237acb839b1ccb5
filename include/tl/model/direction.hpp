#pragma once
// The direction between two prompts: the difference of their last positions at a hook point, a vector to steer with.
#include <span>
#include <tl/hooks/steer.hpp>
#include <tl/model/gpt2.hpp>

namespace TL_NAMESPACE {

// difference<"blocks.6.hook_resid_post">(model, love, hate): the values of `a` minus those of `b` (Turner et al. 2023,
// "Activation addition"). The name says one layer. Throws Error where a prompt is empty.
template <fixed_string Name, Config C, StorageType Storage, Basis B>
auto difference(const Gpt2<C, Storage, B>& model, std::span<const Token> a, std::span<const Token> b,
                RunOptions options = {}) {
  static_assert(ref_of<Name>.layer != every_layer, "tl: a direction is read at one layer: blocks.3.NAME");
  static_assert(info(ref_of<Name>.point).shape != PointShape::head_key_pos,
                "tl: scores and patterns have no direction: their width is the length of the past");
  if (a.empty() || b.empty()) throw Error("a direction needs two prompts of at least one token each (the BOS will do)");
  const auto of_a = model.run(a, options, capture<Name>().where(last_prompt));
  const auto of_b = model.run(b, options, capture<Name>().where(last_prompt));
  const auto minuend = of_a[HookName<Name>{}](0), subtrahend = of_b[HookName<Name>{}](0);
  return [&]<class... Ds>(TensorView<const float, Ds...> x) {
    Direction<Name, B, Ds...> direction{clone(x)};
    for (std::size_t i = 0; i != x.size(); ++i) direction.vector.data()[i] -= subtrahend.data()[i];
    return direction;
  }(minuend);
}

}  // namespace TL_NAMESPACE
