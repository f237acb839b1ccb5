#include <tl/decode/sampler.hpp>
#include <tl/speculation/rejection.hpp>

#include "../catch.hpp"
#include "enumeration.hpp"

using enumeration::Pair;

namespace {

// The three random numbers of a step whose tree has one child: with one is it drawn, with one accepted, and with one
// what is drawn in its place.
using Noise = std::array<double, 3>;

// Where a function of the noise can change.
struct Breaks : std::array<std::vector<double>, 3> {
  void add_sums(std::size_t i, std::span<const double> weights) {
    const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
    double below = 0;
    for (const double w : weights) (*this)[i].push_back((below += w) / total);
  }
};

// The token of a step, by the library's own draws and rule; notes in `breaks` where another noise would give another.
tl::Token step(const Pair& pair, const Noise& noise, Breaks* breaks = nullptr) {
  tl::NextChild<tl::SampledWithoutReplacement> next;
  next.begin(pair.q);
  if (breaks) breaks->add_sums(0, std::vector<double>(pair.q.begin(), pair.q.end()));
  const std::vector<tl::Token> child{next.draw(noise[0])};
  tl::Residual<tl::SampledWithoutReplacement> residual;
  std::ranges::copy(pair.p, residual.target(pair.p.size()).begin());
  residual.begin(pair.q);
  const auto accepts = [&](double acceptance) {
    if (breaks) (*breaks)[1].push_back(acceptance);
    return noise[1] < acceptance;
  };
  if (tl::first_accepted(residual, child, accepts) == 0) return child[0];
  if (breaks) {
    std::vector<double> weights;
    for (std::size_t t = 0; t != pair.p.size(); ++t) weights.push_back(residual.probability(static_cast<tl::Token>(t)));
    breaks->add_sums(2, weights);
  }
  return residual.draw(noise[2]);
}

// Calls visit(noise, probability) for every cell of the cube of noise in which no step of these pairs changes.
void for_each_cell(std::span<const Pair> pairs, auto visit) {
  Breaks breaks;
  for (const Pair& pair : pairs)  // every child, rejected if it can be
    for (double u = 0.001; u < 1; u += 0.002) {
      Breaks seen;
      step(pair, {u, 1 - 1e-12, 0}, &seen);
      for (std::size_t i = 0; i != 3; ++i) breaks[i].insert(breaks[i].end(), seen[i].begin(), seen[i].end());
    }
  for (auto& list : breaks) {
    list.insert(list.end(), {0.0, 1.0});
    std::ranges::sort(list);
    list.erase(std::unique(list.begin(), list.end(), [](double a, double b) { return b - a < 1e-14; }), list.end());
  }
  for (std::size_t i = 1; i < breaks[0].size(); ++i)
    for (std::size_t j = 1; j < breaks[1].size(); ++j)
      for (std::size_t k = 1; k < breaks[2].size(); ++k) {
        const std::array<std::size_t, 3> cell{i, j, k};
        Noise noise{};
        double probability = 1;
        for (std::size_t n = 0; n != 3; ++n) {
          const double low = breaks[n][cell[n] - 1], high = std::min(breaks[n][cell[n]], 1.0);
          noise[n] = (low + high) / 2;
          probability *= high - low;
        }
        visit(noise, probability);
      }
}

}  // namespace

TEST_CASE("two steps with the same noise are not the target's, though each alone is") {
  constexpr std::size_t v = 3;
  std::vector<Pair> pairs;  // the text's beginning, then what follows each token
  for (std::size_t i = 0; i != v + 1; ++i) pairs.push_back(enumeration::random_pair(v, 100 + i));
  std::vector<double> target, fresh(v * v), reused(v * v), first(v), first_target = pairs[0].p;
  for (std::size_t a = 0; a != v; ++a)
    for (std::size_t b = 0; b != v; ++b) target.push_back(pairs[0].p[a] * pairs[a + 1].p[b]);
  std::vector<std::vector<double>> then(v, std::vector<double>(v));
  for_each_cell(pairs, [&](const Noise& noise, double probability) {
    const auto a = static_cast<std::size_t>(step(pairs[0], noise));
    first[a] += probability;
    for (std::size_t t = 0; t != v; ++t) {
      const auto b = static_cast<std::size_t>(step(pairs[t + 1], noise));
      then[t][b] += probability;
      if (t == a) reused[a * v + b] += probability;
    }
  });
  for (std::size_t a = 0; a != v; ++a)
    for (std::size_t b = 0; b != v; ++b) fresh[a * v + b] = first[a] * then[a][b];
  CHECK(enumeration::total_variation(first, first_target) < 1e-12);
  CHECK(enumeration::total_variation(fresh, target) < 1e-12);
  CHECK(enumeration::total_variation(reused, target) > 0.1);
}

TEST_CASE("a rule gives one of the target's tokens, and a child where it can") {
  const tl::Sampler pick, greedy{{.temperature = 0}};
  std::vector<float> logits{0, 2, tl::removed_logit, 1}, q{tl::removed_logit, 0, 0, 0};
  for (std::uint64_t seed = 0; seed != 40; ++seed) {
    const tl::RandomKey key{seed, 0};
    tl::TokenTree<tl::SampledWithoutReplacement> tree;
    tree.begin(0, 0, key);
    tree.expand(0, q, 3);
    tl::Rejection<tl::SampledWithoutReplacement> rule;
    tl::Rejection<tl::Deterministic> as_chosen;
    const auto decide = [&](auto& r, const auto& p, std::size_t node) {
      std::vector<float> row = logits;
      return r(tree, node, std::span<float>(row), p, tl::StepContext{.position = 1}, key);
    };
    CHECK(decide(rule, greedy, 0) == 1);
    CHECK(decide(as_chosen, greedy, 0) == 1);
    CHECK(decide(rule, pick, 0) != 2);
    CHECK(decide(as_chosen, pick, 0) != 2);
    // Without children it is what is drawn without speculation.
    std::vector<float> row = logits;
    CHECK(decide(rule, pick, 1) == pick(row, {.position = 1}, key));
  }
}

TEST_CASE("a child that the model has no token for is an error") {
  tl::TokenTree<tl::Deterministic> tree;
  tree.begin(0, 0);
  tree.expand(0, std::vector<tl::Token>{1, 4});
  tl::Rejection<tl::Deterministic> rule;
  std::vector<float> logits(4);
  CHECK_THROWS_AS(rule(tree, 0, logits, tl::Sampler{}, {}, {}), tl::Error);
}
