// expect: tl: this residual state is in one residual basis and the model in another (raw against centred); convert it first
#include <tl/interp/patchscope.hpp>

void run(const tl::Gpt2<tl::gpt2_small, float, tl::Basis::TL_WRONG(centred, raw)>& model, std::span<const tl::Token> tokens,
         const tl::ResidualState<tl::Basis::raw>& h) {
  tl::patchscope(model, tokens, {.layer = 3}, h);
}
