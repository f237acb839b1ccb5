// expect: tl: an SAE of the raw residual stream reads a mean that the centred one has not, unless it normalises by layer_norm
#include <tl/sae/sae.hpp>

auto converted(const tl::Sae<"blocks.6.hook_resid_pre", 768, 24576, tl::sae_activation::TopK<32>,
                             tl::SaeNormalisation::TL_WRONG(none, layer_norm)>& sae) {
  return tl::convert_basis<tl::Basis::centred>(sae);
}
