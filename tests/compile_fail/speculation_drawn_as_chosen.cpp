// expect: tl: children that were drawn from q are verified against q
#include <tl/decode/sampler.hpp>
#include <tl/speculation/rejection.hpp>

tl::Token next(std::span<float> logits, const tl::TokenTree<tl::SampledWithoutReplacement>& tree,
               const tl::Sampler& pick) {
  tl::Rejection<TL_WRONG(tl::Deterministic, tl::SampledWithoutReplacement)> rule;
  return rule(tree, 0, logits, pick, {}, {});
}
