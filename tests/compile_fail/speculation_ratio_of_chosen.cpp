// expect: tl: children that were chosen cannot be accepted with p/q, which is exact for children drawn from q only
#include <tl/decode/sampler.hpp>
#include <tl/speculation/rejection.hpp>

tl::Token next(std::span<float> logits, const tl::TokenTree<tl::Deterministic>& top_k, const tl::Sampler& pick) {
  tl::Rejection<TL_WRONG(tl::SampledIndependently, tl::Deterministic)> rule;
  return rule(top_k, 0, logits, pick, {}, {});
}
