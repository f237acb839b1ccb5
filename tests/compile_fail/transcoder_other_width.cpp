// expect: tl: this SAE has another width than the rows that it is given (d_model against d_mlp, or another model)
#include <tl/model/gpt2.hpp>
#include <tl/sae/splice_transcoder.hpp>

void run(const tl::Gpt2<tl::gpt2_small>& model, std::span<const tl::Token> tokens,
         const tl::Transcoder<"blocks.6.ln2.hook_out", "blocks.6.hook_mlp_out", 768, 24576, TL_WRONG(3072, 768)>& mlp) {
  auto [reads, writes] = tl::splice(mlp);
  model.run(tokens, reads, writes);
}
