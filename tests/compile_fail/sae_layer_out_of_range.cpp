// expect: tl: this hook names a layer that the model does not have
#include <tl/model/gpt2.hpp>
#include <tl/sae/splice.hpp>

void run(const tl::Gpt2<tl::gpt2_small>& model, std::span<const tl::Token> tokens,
         const tl::Sae<"blocks." TL_WRONG("12", "11") ".hook_resid_pre", 768, 24576>& sae) {
  model.run(tokens, tl::splice(sae));
}
