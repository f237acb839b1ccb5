#include <tl/decode/sampler.hpp>
#include <tl/speculation/match.hpp>

#include "../catch.hpp"

TEST_CASE("match is the picker, whatever the children are") {
  const tl::Sampler pick{{.temperature = 0.7, .top_k = 3}};
  const std::vector<float> logits{0, 1, 2, 1.5f, 0.2f};
  for (std::uint64_t seed = 0; seed != 20; ++seed) {
    tl::TokenTree<tl::Deterministic> tree;
    tree.begin(0, 4);
    tree.expand(0, std::vector<tl::Token>{static_cast<tl::Token>(seed % 5)});
    std::vector<float> a = logits, b = logits;
    const tl::StepContext context{.position = 5};
    CHECK(tl::Match{}(tree, 0, a, pick, context, {seed, 1}) == pick(b, context, {seed, 1}));
    CHECK(a == b);
  }
}
