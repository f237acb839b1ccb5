#pragma once
// Whether an SAE belongs to a model, for what is known at run time only.
#include <string>
#include <tl/hooks/basis.hpp>
#include <tl/hooks/name.hpp>
#include <tl/model/dims.hpp>
#include <tl/sae/sae_config.hpp>

namespace TL_NAMESPACE {

// The point and layer of a hook name where an SAE's rows of `width` numbers are. Throws Error, one sentence, where this
// model lacks the point, where rows there have another width, or where the SAE was trained on the residual stream in
// another basis.
inline HookRef sae_place(const SaeConfig& sae, const std::string& hook_name, std::size_t width, const Config& model,
                         Basis basis) {
  const HookRef ref = resolve_or_throw(hook_name, model.n_layer);
  if (ref.layer == every_layer) throw Error("an SAE is of one layer, and this one's is `", hook_name, "`");
  if (const std::size_t there = row_width(ref.point, model); there != width)
    throw Error("the SAE at `", hook_name, "` has ", width, " inputs, and a row there has ", there);
  const Basis trained = sae.site.center_writing_weights ? Basis::centred : Basis::raw;
  if (is_residual(ref.point) && trained != basis)
    throw Error("the SAE at `", hook_name, "` is of the ", name(trained), " residual stream, and this model's is ",
                name(basis), ": convert one of them");
  return ref;
}
// Of what it encodes.
inline HookRef sae_place(const SaeConfig& sae, const Config& model, Basis basis) {
  return sae_place(sae, sae.site.hook_name, sae.d_in, model, basis);
}

}  // namespace TL_NAMESPACE
