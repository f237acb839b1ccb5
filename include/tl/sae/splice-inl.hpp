#pragma once
#include <tl/sae/splice.hpp>

namespace TL_NAMESPACE {

TL_INLINE void check_splice(const SaeConfig& sae, const Config& model, Basis basis) {
  const std::string& name_of_point = sae.site.hook_name;
  const HookRef ref = resolve_or_throw(name_of_point, model.n_layer);
  if (is_transcoder(sae.architecture))
    throw Error("a transcoder cannot be spliced in at `", name_of_point,
                "`: it reads at one hook point and writes at another");
  if (ref.layer == every_layer) throw Error("an SAE belongs to one layer, and this one names `", name_of_point, "`");
  const std::size_t width = [&]() -> std::size_t {
    switch (info(ref.point).shape) {
      case PointShape::d_model: return model.d_model;
      case PointShape::d_mlp: return model.d_mlp;
      case PointShape::d_vocab: return model.d_vocab;
      case PointShape::scale: return 1;
      case PointShape::head_d_head: return sae.site.hook_head_index ? model.d_head : model.n_head * model.d_head;
      case PointShape::head_d_model: return sae.site.hook_head_index ? model.d_model : model.n_head * model.d_model;
      default: return 0;
    }
  }();
  if (width == 0) throw Error("`", name_of_point, "` has no rows of one width that an SAE could read in this model");
  if (width != sae.d_in)
    throw Error("the SAE's d_in is ", sae.d_in, ", and a row at `", name_of_point, "` of this model has ", width);
  const Basis own = sae.site.center_writing_weights ? Basis::centred : Basis::raw;
  if (is_residual(ref.point) && own != basis)
    throw Error("the SAE is in the ", name(own), " residual basis and the model in the ", name(basis),
                " one: convert the SAE, or process the model's weights as it was trained on");
}

}  // namespace TL_NAMESPACE
