// expect: tl: this policy was made in one residual basis and the model is in another (raw against centred); convert it first
#include <tl/model/gpt2.hpp>
#include <tl/sae/splice.hpp>

using OfCentred = tl::Sae<"blocks.6.hook_resid_pre", 768, 24576, tl::sae_activation::Relu, tl::SaeNormalisation::none, tl::Basis::centred>;

void run(const tl::Gpt2<tl::gpt2_small>& model, std::span<const tl::Token> tokens, const OfCentred& sae) {
  model.run(tokens, tl::splice(TL_WRONG(sae, tl::convert_basis<tl::Basis::raw>(sae))));
}
