// expect: tl: this policy was made in one residual basis and the model is in another (raw against centred); convert it first
#include <tl/model/direction.hpp>

void run(const tl::Gpt2<tl::gpt2_small, float, tl::Basis::TL_WRONG(centred, raw)>& model, std::span<const tl::Token> tokens,
         const tl::Direction<"blocks.3.hook_resid_post", tl::Basis::raw, tl::Dim<"d_model", 768>>& v) {
  model.run(tokens, tl::steer(v, 4));
}
