// expect: tl: speculation runs rows that may be taken back, so nothing can be captured meanwhile
#include <tl/hooks/ablate.hpp>
#include <tl/speculation/prompt_lookup.hpp>
#include <tl/speculation/speculate.hpp>

auto text(const tl::Gpt2<tl::gpt2_small>& model, tl::PromptLookup& draft, std::span<const tl::Prompt> prompts) {
  return tl::speculate(model, prompts, draft, tl::Match{}, {}, tl::Sampler{}, {}, {},
                       TL_WRONG(tl::capture, tl::ablate)<"blocks.3.hook_mlp_out">());
}
