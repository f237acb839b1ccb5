#pragma once
#include <tl/sae/sae_place.hpp>
#include <tl/sae/splice.hpp>

namespace TL_NAMESPACE {

TL_INLINE void check_splice(const SaeConfig& sae, const Config& model, Basis basis) {
  const HookRef read = sae_place(sae, model, basis);
  if (is_transcoder(sae.architecture) && !is_before(read, transcoder_target(sae, model, basis)))
    throw Error("a transcoder that reads at `", sae.site.hook_name, "` cannot write at `", sae.site.hook_name_out,
                "`, which comes before it");
}

}  // namespace TL_NAMESPACE
