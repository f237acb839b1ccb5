// expect: tl: this SAE has another width than the rows that it is given (d_model against d_mlp, or another model)
#include <tl/model/gpt2.hpp>
#include <tl/sae/splice.hpp>

void run(const tl::Gpt2<tl::gpt2_small>& model, std::span<const tl::Token> tokens,
         const tl::Sae<"blocks.6.hook_resid_pre", TL_WRONG(1024, 768), 24576>& sae) {
  model.run(tokens, tl::splice(sae));
}
