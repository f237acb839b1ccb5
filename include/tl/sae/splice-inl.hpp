#pragma once
#include <tl/sae/sae_place.hpp>
#include <tl/sae/splice.hpp>

namespace TL_NAMESPACE {

TL_INLINE void check_splice(const SaeConfig& sae, const Config& model, Basis basis) {
  sae_place(sae, model, basis);
  if (is_transcoder(sae.architecture))
    throw Error("a transcoder cannot be spliced in at `", sae.site.hook_name,
                "`: it reads at one hook point and writes at another");
}

}  // namespace TL_NAMESPACE
