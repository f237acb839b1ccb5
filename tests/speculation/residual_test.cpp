#include <cstdio>
#include <tl/speculation/residual.hpp>

#include "../catch.hpp"
#include "enumeration.hpp"

using enumeration::most_children, enumeration::Outcome, enumeration::Pair, enumeration::total_variation;
using tl::Deterministic, tl::SampledIndependently, tl::SampledWithoutReplacement;

namespace {

constexpr double exact = 1e-12;

// A target's and a draft's distribution, and what a node of 0, 1, ... children makes of them.
struct Node {
  Pair pair;
  std::array<Outcome, most_children + 1> outcomes{};
  std::array<std::vector<double>, most_children + 1> tokens{};
};

// 102 of them, of 2 to 7 tokens in turn. Children of kind P are verified as of kind V; keep(tokens) may drop some.
template <class P, class V = P>
std::vector<Node> nodes(auto keep) {
  std::vector<Node> result;
  for (std::size_t i = 0; i != 102; ++i) {
    Node& node = result.emplace_back(Node{enumeration::random_pair(2 + i % 6, i)});
    for (std::size_t k = 0; k <= most_children; ++k) {
      node.outcomes[k] = enumeration::outcome<P, V>(node.pair, k, keep);
      node.tokens[k] = node.outcomes[k].tokens();
    }
  }
  return result;
}
template <class P, class V = P>
std::vector<Node> nodes() {
  return nodes<P, V>([](auto&) {});
}

// A source whose text begins by one of the nodes, each token being followed by another; and the distribution of its
// first two tokens, verified in trees, against the target's. Where the first is no child the second is the next step's.
class Source {
 public:
  Source(std::span<const Node> all, std::size_t first) : all_(all), first_(first), d_vocab_(all[first].pair.p.size()) {
    for (std::size_t a = 0; a != d_vocab_; ++a)
      for (const double p : after(a).pair.p) target_.push_back(all[first].pair.p[a] * p);
  }

  // The greatest total variation over all trees of depth 2 or less whose nodes have up to 4 children.
  double worst() const {
    double worst = 0;
    for (std::size_t k = 0; k <= most_children; ++k) {
      std::vector<double> joint(d_vocab_ * d_vocab_);
      const Outcome& outcome = all_[first_].outcomes[k];
      add(joint, outcome.other, k);
      grow(joint, std::span(outcome.accepted).first(k), worst);
    }
    return worst;
  }

 private:
  const Node& after(std::size_t token) const { return all_[(first_ + 6 * (token + 1)) % all_.size()]; }
  // The first token has these probabilities, and a node of so many children decides the second.
  void add(std::vector<double>& joint, const std::vector<double>& first, std::size_t children) const {
    for (std::size_t a = 0; a != d_vocab_; ++a) {
      if (first[a] == 0) continue;
      double* row = &joint[a * d_vocab_];
      for (const double second : after(a).tokens[children]) *row++ += first[a] * second;
    }
  }
  void grow(const std::vector<double>& joint, std::span<const std::vector<double>> children, double& worst) const {
    if (children.empty()) return static_cast<void>(worst = std::max(worst, total_variation(joint, target_)));
    for (std::size_t count = 0; count <= most_children; ++count) {
      std::vector<double> more = joint;
      add(more, children[0], count);
      grow(more, children.subspan(1), worst);
    }
  }

  std::span<const Node> all_;
  std::size_t first_, d_vocab_;
  std::vector<double> target_;
};

double worst_of_all(std::span<const Node> all) {
  double worst = 0;
  for (std::size_t i = 0; i != all.size(); ++i) worst = std::max(worst, Source(all, i).worst());
  return worst;
}

double overlap(const Pair& pair) {  // 1 - total variation
  double sum = 0, q = 0;
  for (const float x : pair.q) q += double{x};
  for (std::size_t t = 0; t != pair.p.size(); ++t) sum += std::min(pair.p[t], double{pair.q[t]} / q);
  return sum;
}

}  // namespace

TEMPLATE_TEST_CASE("all trees of depth 2 give the target's distribution exactly", "", SampledWithoutReplacement,
                   SampledIndependently, Deterministic) {
  const auto all = nodes<TestType>();
  CHECK(worst_of_all(all) < exact);
  for (const Node& node : all)
    for (std::size_t k = 1; k <= most_children; ++k) {
      const double acceptance = node.outcomes[k].acceptance(), fewer = node.outcomes[k - 1].acceptance();
      if (!(fewer <= acceptance + exact)) FAIL("more children are accepted less often");
    }
}

TEST_CASE("rules for other kinds of children, which do not compile, are wrong") {
  // The stale draft: children drawn without replacement verified against all of q.
  CHECK(worst_of_all(nodes<SampledWithoutReplacement, SampledIndependently>()) > 0.01);
  // p/q of the most probable tokens.
  CHECK(worst_of_all(nodes<Deterministic, SampledIndependently>()) > 0.1);
  CHECK(worst_of_all(nodes<Deterministic, SampledWithoutReplacement>()) > 0.1);
  // Drawn children taken for chosen ones, which compiles, is exact: they too were chosen before the target's draw.
  CHECK(worst_of_all(nodes<SampledWithoutReplacement, Deterministic>()) < exact);
  // A sampled child dropped for what it is.
  CHECK(worst_of_all(nodes<SampledWithoutReplacement>(
            [](auto& tokens) { std::erase_if(tokens, [](tl::Token token) { return token == 1; }); })) > 0.01);
}

TEST_CASE("one sampled child is accepted with probability 1 - TV, and all tokens always") {
  for (std::size_t i = 0; i != 30; ++i) {
    const Pair pair = enumeration::random_pair(2 + i % 3, i);
    const std::size_t v = pair.p.size();
    CHECK(enumeration::outcome<SampledWithoutReplacement>(pair, 1).acceptance() == Approx(overlap(pair)).margin(1e-7));
    CHECK(enumeration::outcome<SampledIndependently>(pair, 1).acceptance() == Approx(overlap(pair)).margin(1e-7));
    CHECK(enumeration::outcome<SampledWithoutReplacement>(pair, v).acceptance() == Approx(1).epsilon(exact));
    CHECK(enumeration::outcome<Deterministic>(pair, v).acceptance() == Approx(1).epsilon(exact));
  }
}

// The table of docs/19_speculation.md: means over 100 pairs of 7 tokens.
TEMPLATE_TEST_CASE("acceptance by children", "[.]", (std::pair<SampledWithoutReplacement, SampledWithoutReplacement>),
                   (std::pair<SampledIndependently, SampledIndependently>), (std::pair<Deterministic, Deterministic>),
                   (std::pair<SampledWithoutReplacement, Deterministic>),
                   (std::pair<SampledWithoutReplacement, SampledIndependently>),
                   (std::pair<Deterministic, SampledIndependently>)) {
  using P = typename TestType::first_type;
  using V = typename TestType::second_type;
  for (std::size_t k = 1; k <= most_children; ++k) {
    double acceptance = 0, variation = 0;
    for (std::size_t i = 0; i != 100; ++i) {
      const Pair pair = enumeration::random_pair(7, i);
      const Outcome outcome = enumeration::outcome<P, V>(pair, k);
      acceptance += outcome.acceptance() / 100;
      variation += total_variation(outcome.tokens(), pair.p) / 100;
    }
    std::printf("%-60s k %zu  accepted %.3f  TV %.1e\n", Catch::getResultCapture().getCurrentTestName().c_str(), k,
                acceptance, variation);
    CHECK((variation < exact || !std::same_as<P, V>));
  }
}
