// expect: tl: children drawn without replacement are verified against what was left of q at each
#include <tl/decode/sampler.hpp>
#include <tl/speculation/rejection.hpp>

tl::Token next(std::span<float> logits, const tl::TokenTree<tl::SampledWithoutReplacement>& tree,
               const tl::Sampler& pick) {
  tl::Rejection<TL_WRONG(tl::SampledIndependently, tl::SampledWithoutReplacement)> rule;
  return rule(tree, 0, logits, pick, {}, {});
}
