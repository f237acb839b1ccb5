#include <limits>
#include <map>
#include <tl/speculation/token_tree.hpp>

#include "../catch.hpp"
#include "../decode/reference.hpp"
#include "enumeration.hpp"

namespace {
template <class P>
std::vector<tl::Token> tokens_of(const tl::TokenTree<P>& tree, std::size_t node) {
  std::vector<tl::Token> tokens;
  for (const std::size_t child : tree.children(node)) tokens.push_back(tree.token(child));
  return tokens;
}
using Chosen = tl::TokenTree<tl::Deterministic>;
}  // namespace

TEST_CASE("a deterministic tree has the most probable tokens as children, the best first") {
  for (std::uint64_t seed = 0; seed != 30; ++seed) {
    const auto logits = reference::logits(40, seed);
    const auto sorted = reference::sorted(logits);
    const auto p = reference::probabilities(logits);
    Chosen tree;
    tree.begin(7, 3);
    tree.expand(0, logits, 5);
    REQUIRE(tree.size() == 6);
    for (std::size_t b = 0; b != 5; ++b) {
      const std::size_t child = tree.children(0)[b];
      REQUIRE(tree.token(child) == static_cast<tl::Token>(sorted[b]));
      REQUIRE(tree.nodes()[child].parent == 0);
      REQUIRE(tree.depth(child) == 1);
      REQUIRE(tree.confidence(child) == Approx(p[sorted[b]]));
    }
  }
  std::vector<float> two(9, tl::removed_logit);
  two[4] = 1, two[2] = 3;
  Chosen tree;
  tree.begin(0, 0);
  CHECK(tree.expand(0, two, 5).size() == 2);
  CHECK(tokens_of(tree, 0) == std::vector<tl::Token>{2, 4});
}

TEST_CASE("children without replacement differ, and where q is exhausted others follow") {
  std::vector<float> q(6, tl::removed_logit);
  q[1] = 0, q[4] = -1;
  for (std::uint64_t seed = 0; seed != 50; ++seed) {
    tl::TokenTree<tl::SampledWithoutReplacement> tree;
    tree.begin(0, 11, {seed, 0});
    tree.expand(0, q, 9);
    auto tokens = tokens_of(tree, 0);
    CHECK(tokens.size() == 6);
    CHECK(tokens[0] + tokens[1] == 5);
    std::ranges::sort(tokens);
    CHECK(tokens == std::vector<tl::Token>{0, 1, 2, 3, 4, 5});
    CHECK(std::ranges::equal(tree.q(0), std::vector<float>{0, 1, 0, 0, std::exp(-1.f), 0}));
  }
}

TEST_CASE("independent children may be one node several times") {
  std::vector<float> q{0, 0, tl::removed_logit};
  std::size_t twice = 0;
  for (std::uint64_t seed = 0; seed != 50; ++seed) {
    tl::TokenTree<tl::SampledIndependently> tree;
    tree.begin(2, 0, {seed, 0});
    const auto children = tree.expand(0, q, 3);
    REQUIRE(children.size() == 3);
    REQUIRE(tree.size() <= 3);  // the root, and at most two tokens
    twice += tree.size() == 2;
    for (std::size_t node = 1; node != tree.size(); ++node) REQUIRE(std::ranges::count(children, node) >= 1);
  }
  CHECK(twice > 2);  // 12.5 are expected
  CHECK(twice < 30);
}

TEST_CASE("lists of children are drawn as often as they are probable") {
  constexpr std::size_t draws = 10'000;
  const auto check = [&]<class P>(tl::TokenTree<P> tree, std::span<const float> q) {
    std::vector<float> logits;
    for (const float x : q) logits.push_back(std::log(x));
    std::map<std::vector<tl::Token>, double> count, expected;
    enumeration::for_each_draw<P>(q, 3, [&](const auto& tokens, double p) { expected[tokens] = p * draws; });
    for (std::size_t i = 0; i != draws; ++i) {
      tree.begin(0, i, {9, 9});
      tree.expand(0, logits, 3);
      ++count[tokens_of(tree, 0)];
    }
    double chi_square = 0;
    for (const auto& [tokens, e] : expected) chi_square += (count[tokens] - e) * (count[tokens] - e) / e;
    CHECK(count.size() == expected.size());
    CHECK(chi_square < reference::chi_square_limit(static_cast<double>(expected.size()) - 1));
  };
  const std::vector<float> q{0.1f, 0.4f, 0.2f, 0.3f}, few{0, 0.7f, 0, 0.3f};
  check(tl::TokenTree<tl::SampledWithoutReplacement>{}, q);
  check(tl::TokenTree<tl::SampledWithoutReplacement>{}, few);
  check(tl::TokenTree<tl::SampledIndependently>{}, q);
  check(tl::TokenTree<tl::SampledIndependently>{}, few);
}

TEST_CASE("every node is drawn with numbers of its own, and every step with others") {
  const std::vector<float> q(1000, 0);
  tl::TokenTree<tl::SampledWithoutReplacement> tree;
  std::vector<tl::Token> all;
  for (std::size_t position = 0; position != 3; ++position) {
    tree.begin(0, position, {5, 6});
    tree.expand(0, q, 2);
    tree.expand(1, q, 2);
    tree.expand(2, q, 2);
    for (std::size_t node = 1; node != tree.size(); ++node) all.push_back(tree.token(node));
  }
  std::ranges::sort(all);
  CHECK(std::ranges::adjacent_find(all) == all.end());  // by chance in 1 of 7
  tree.begin(0, 1, {5, 6});
  tree.expand(0, q, 2);
  CHECK(std::ranges::binary_search(all, tree.token(1)));  // the same step again is the same
}

TEST_CASE("chosen tokens keep their order; confidence multiplies along a path") {
  Chosen tree;
  tree.begin(9, 0);
  tree.expand(0, std::vector<tl::Token>{5, 3}, std::vector<double>{0.5, 0.25});
  tree.expand(2, std::vector<tl::Token>{8}, std::vector<double>{0.5});
  CHECK(tokens_of(tree, 0) == std::vector<tl::Token>{5, 3});
  CHECK(tree.confidence(3) == 0.125);
  CHECK(tree.depth(3) == 2);
  CHECK(tree.depth() == 2);
  CHECK(tree.nodes()[3].parent == 2);
  CHECK(reference::mentions(reference::message([&] {
                              tree.expand(1, std::vector<tl::Token>{4, 6, 4});
                            }),
                            "token 4 is proposed twice"));
  CHECK(reference::mentions(reference::message([&] { tree.expand(0, std::vector<tl::Token>{4}); }),
                            "has its children already"));
  CHECK(reference::mentions(
      reference::message([&] { tree.expand(3, std::vector<tl::Token>{4}, std::vector<double>{1.5}); }), "1.5"));
}

TEST_CASE("keep_best leaves the most confident nodes, still a tree") {
  Chosen tree;
  tree.begin(9, 0);
  tree.expand(0, std::vector<tl::Token>{1, 2, 3}, std::vector<double>{0.5, 0.3, 0.2});
  tree.expand(1, std::vector<tl::Token>{4, 5}, std::vector<double>{0.1, 0.9});  // .05, .45
  tree.expand(2, std::vector<tl::Token>{6}, std::vector<double>{1});            // .3
  tree.keep_best(5);
  CHECK(tree.size() == 5);
  CHECK(tokens_of(tree, 0) == std::vector<tl::Token>{1, 2});
  CHECK(tokens_of(tree, 1) == std::vector<tl::Token>{5});
  CHECK(tokens_of(tree, 2) == std::vector<tl::Token>{6});
  CHECK(tree.confidence(3) == 0.45);
  CHECK(tree.nodes()[4].parent == 2);
  tree.expand(4, std::vector<tl::Token>{7});
  CHECK(tokens_of(tree, 4) == std::vector<tl::Token>{7});
  tree.keep_best(0);
  CHECK((tree.size() == 1 && tree.children(0).empty()));
}

TEST_CASE("logits that are no numbers, and a draft without tokens, are errors by position") {
  tl::TokenTree<tl::SampledIndependently> tree;
  tree.begin(0, 30);
  CHECK(reference::mentions(reference::message([&] {
                              tree.expand(0, std::vector<float>{0, std::numeric_limits<float>::quiet_NaN()}, 1);
                            }),
                            "position 31"));
  CHECK(reference::mentions(reference::message([&] { tree.expand(0, std::vector<float>(3, tl::removed_logit), 1); }),
                            "position 31"));
  tree.expand(0, std::vector<float>(4), 1);
  CHECK(reference::mentions(reference::message([&] { tree.expand(1, std::vector<float>(5), 1); }), "one vocabulary"));
}
