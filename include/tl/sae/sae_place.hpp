#pragma once
// Whether an SAE belongs to a model, for what is known at run time only.
#include <cstddef>
#include <string>
#include <tl/hooks/basis.hpp>
#include <tl/hooks/name.hpp>
#include <tl/model/dims.hpp>
#include <tl/sae/sae_config.hpp>

namespace TL_NAMESPACE {

namespace detail {
// Where `point` is; `what` and `wide` are said of it.
inline HookRef place_of(const SaeConfig& sae, const std::string& point, const char* what, std::size_t wide,
                        const Config& model, Basis basis) {
  if (point.empty()) throw Error("the SAE does not say where it belongs: its configuration has no ", what);
  const HookRef ref = [&] {
    try {
      return resolve_or_throw(point, model.n_layer);
    } catch (const Error& error) {
      throw Error("the SAE does not belong to this model: ", error.what());
    }
  }();
  if (ref.layer == every_layer) throw Error("an SAE belongs to one layer, and this one names `", point, "`");
  const PointShape shape = info(ref.point).shape;
  const bool of_heads = shape == PointShape::head_d_head || shape == PointShape::head_d_model;
  const std::size_t width = row_width(ref.point, model) / (of_heads && sae.site.hook_head_index ? model.n_head : 1);
  if (width == 0) throw Error("`", point, "` has no rows of one width that an SAE could read in this model");
  if (width != wide)
    throw Error("the SAE's ", &point == &sae.site.hook_name ? "d_in" : "d_out", " is ", wide, ", and a row at `", point,
                "` of this model has ", width);
  const Basis own = sae.site.center_writing_weights ? Basis::centred : Basis::raw;
  if (is_residual(ref.point) && own != basis)
    throw Error("the SAE is in the ", name(own), " residual basis and the model in the ", name(basis),
                " one: convert the SAE, or process the model's weights as it was trained on");
  return ref;
}
}  // namespace detail

// Whether a value at `a` is there before the one at `b` is.
constexpr bool is_before(HookRef a, HookRef b) {
  const bool in_blocks = info(a.point).in_block && info(b.point).in_block;
  return in_blocks && a.layer != b.layer ? a.layer < b.layer : a.point < b.point;
}

// The point and layer where what an SAE encodes is. Throws Error, one sentence, where this model lacks the point, where
// rows there (of one head, for an SAE of one) have another width, or where the SAE was trained on the residual stream
// in another basis.
inline HookRef sae_place(const SaeConfig& sae, const Config& model, Basis basis) {
  return detail::place_of(sae, sae.site.hook_name, "hook_name", sae.d_in, model, basis);
}

// Where what a transcoder says is. Throws Error likewise.
inline HookRef transcoder_target(const SaeConfig& sae, const Config& model, Basis basis) {
  return detail::place_of(sae, sae.site.hook_name_out, "hook_name_out", sae.d_out, model, basis);
}

}  // namespace TL_NAMESPACE
