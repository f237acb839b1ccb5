#pragma once
// A node's outcome, exactly: every order in which its children can be drawn, and of each every way to accept and to
// reject, with its probability.
#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <span>
#include <tl/core/philox.hpp>
#include <tl/speculation/next_child.hpp>
#include <tl/speculation/residual.hpp>
#include <vector>

namespace enumeration {

inline constexpr std::size_t most_children = 4;

// A target's distribution and a draft's.
struct Pair {
  std::vector<double> p;
  std::vector<float> q;
};

inline std::vector<double> random_distribution(std::size_t d_vocab, std::uint64_t seed, std::uint64_t stream) {
  const auto u = [&](std::size_t i) { return tl::uniform({seed, stream}, 0, tl::Purpose::test, i); };
  std::vector<double> p(d_vocab);
  for (std::size_t i = 0; i != d_vocab; ++i) p[i] = u(2 * i) < 0.25 ? 0 : -std::log(1 - u(2 * i + 1));
  p[seed % d_vocab] += 0.01;
  const double total = std::accumulate(p.begin(), p.end(), 0.0);
  for (double& x : p) x /= total;
  return p;
}

// About a quarter of the tokens have probability 0. Of every seven pairs one has q = p, and one a q of one token.
inline Pair random_pair(std::size_t d_vocab, std::uint64_t seed) {
  Pair pair{random_distribution(d_vocab, seed, 0), {}};
  const auto q = seed % 7 == 3 ? pair.p : random_distribution(d_vocab, seed, 1);
  for (const double x : q) pair.q.push_back(static_cast<float>(x));
  if (seed % 7 == 5) std::ranges::fill(pair.q, 0.0f), pair.q[seed % d_vocab] = 1;
  return pair;
}

struct Outcome {
  std::array<std::vector<double>, most_children> accepted;  // [child][token]: this child is accepted, being this token
  std::vector<double> other;                                // [token]: none is, and the token is this

  double acceptance() const {
    double sum = 0;
    for (const auto& child : accepted) sum += std::accumulate(child.begin(), child.end(), 0.0);
    return sum;
  }
  std::vector<double> tokens() const {
    std::vector<double> sum = other;
    for (const auto& child : accepted)
      for (std::size_t t = 0; t != sum.size(); ++t) sum[t] += child[t];
    return sum;
  }
};

// Calls visit(tokens, probability) for each list of children that a node of a tree of kind P may have, in the order
// drawn: `count` of them, or what there are.
template <class P>
void for_each_draw(std::span<const float> q, std::size_t count, auto visit) {
  std::vector<tl::Token> tokens;
  if constexpr (tl::SampledProposal<P>) {
    if constexpr (std::same_as<P, tl::SampledWithoutReplacement>) count = std::min(count, q.size());
    const auto go = [&](const auto& self, const tl::NextChild<P>& next, double probability) -> void {
      if (tokens.size() == count) return visit(tokens, probability);
      for (std::size_t t = 0; t != q.size(); ++t) {
        const auto token = static_cast<tl::Token>(t);
        if (next.weight(token) == 0) continue;
        tokens.push_back(token);
        tl::NextChild<P> after = next;
        if (tokens.size() != count) after.take(token);
        self(self, after, probability * next.weight(token) / next.total());
        tokens.pop_back();
      }
    };
    tl::NextChild<P> next;
    next.begin(q);
    go(go, next, 1);
  } else {
    for (std::size_t t = 0; t != q.size(); ++t) tokens.push_back(static_cast<tl::Token>(t));
    std::ranges::stable_sort(tokens, std::ranges::greater{},
                             [&](tl::Token t) { return q[static_cast<std::size_t>(t)]; });
    tokens.resize(std::min(count, tokens.size()));
    visit(tokens, 1.0);
  }
}

// Children of kind P, verified as if they were of kind V. Where that is another the tree's type forbids it.
template <class P, class V = P>
Outcome outcome(const Pair& pair, std::size_t count, auto keep) {
  const std::size_t d_vocab = pair.p.size();
  Outcome result;
  for (auto& child : result.accepted) child.assign(d_vocab, 0);
  result.other.assign(d_vocab, 0);
  tl::Residual<V> residual;
  for_each_draw<P>(pair.q, count, [&](std::vector<tl::Token> tokens, double probability) {
    keep(tokens);
    std::ranges::copy(pair.p, residual.target(d_vocab).begin());
    if constexpr (tl::SampledProposal<V>) residual.begin(pair.q);
    else residual.begin();
    std::size_t child = 0;
    tl::first_accepted(residual, tokens, [&](double acceptance) {
      result.accepted[child][static_cast<std::size_t>(tokens[child])] += probability * acceptance;
      ++child;
      probability *= 1 - acceptance;
      return probability == 0;
    });
    if (probability != 0)
      for (std::size_t t = 0; t != d_vocab; ++t)
        result.other[t] += probability * residual.probability(static_cast<tl::Token>(t));
  });
  return result;
}
template <class P, class V = P>
Outcome outcome(const Pair& pair, std::size_t count) {
  return outcome<P, V>(pair, count, [](auto&) {});
}

inline double total_variation(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t i = 0; i != a.size(); ++i) sum += std::abs(a[i] - b[i]);
  return sum / 2;
}

}  // namespace enumeration
