// expect: tl: rejection decides by probabilities, so the pipeline has to end in a draw that knows its distribution
#include <tl/decode/pipeline.hpp>
#include <tl/speculation/match.hpp>
#include <tl/speculation/rejection.hpp>

struct Last {
  tl::Token operator()(std::span<const float> logits, const tl::StepContext&) const {
    return static_cast<tl::Token>(logits.size()) - 1;
  }
};

tl::Token next(std::span<float> logits, const tl::TokenTree<tl::Deterministic>& tree) {
  TL_WRONG(tl::Rejection<tl::Deterministic>, tl::Match) rule;
  return rule(tree, 0, logits, tl::Pipeline{Last{}}, {}, {});
}
