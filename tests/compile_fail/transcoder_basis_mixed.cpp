// expect: tl: this policy was made in one residual basis and the model is in another (raw against centred); convert it first
#include <tl/model/gpt2.hpp>
#include <tl/sae/splice_transcoder.hpp>

template <tl::Basis B>
using Mine = tl::Transcoder<"blocks.6.ln2.hook_out", "blocks.6.hook_mlp_out", 768, 24576, 768, tl::SkipPath::none,
                            tl::SaeNormalisation::none, B>;

void run(const tl::Gpt2<tl::gpt2_small>& model, std::span<const tl::Token> tokens,
         const Mine<TL_WRONG(tl::Basis::centred, tl::Basis::raw)>& mlp) {
  auto [reads, writes] = tl::splice(mlp);
  model.run(tokens, reads, writes);
}
