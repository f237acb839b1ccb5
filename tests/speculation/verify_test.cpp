#include <tl/decode/pipeline.hpp>
#include <tl/decode/sampler.hpp>
#include <tl/speculation/acceptance.hpp>
#include <tl/speculation/growth.hpp>
#include <tl/speculation/match.hpp>
#include <tl/speculation/rejection.hpp>
#include <tl/speculation/verify.hpp>

#include "../catch.hpp"
#include "../decode/reference.hpp"
#include "enumeration.hpp"
#include "markov.hpp"

using tl::Rejection, tl::SampledWithoutReplacement, tl::SampledIndependently, tl::Deterministic;

namespace {

// Everything that generation with speculation needs but a model.
template <class P, class Rule, class Picker, class Growth>
struct Speculation {
  const markov::Model& target;
  const markov::Model& model_of_draft;
  const Picker& pick;
  Growth growth;
  Rule rule{};
  tl::TokenTree<P> tree{};
  std::vector<std::size_t> path{};
  std::vector<float> row{};
  std::size_t steps = 0;
  tl::AcceptanceCounts counts{};

  void generate(tl::GrowingText& text, std::size_t count, auto go_on) {
    const auto draft = [this](const auto& t, std::span<const std::size_t> nodes) {
      return model_of_draft.rows_of(t, nodes);
    };
    const std::size_t end = text.tokens.size() + count;
    while (text.tokens.size() < end) {
      ++steps;
      tree.begin(text.tokens.back(), text.tokens.size() - 1, text.key);
      growth(tree, draft);
      const auto logits_of = [&](std::size_t node) {
        const auto logits = target.after(tree.token(node));
        row.assign(logits.begin(), logits.end());
        return std::span(row);
      };
      const std::size_t before = text.tokens.size();
      const bool goes_on = tl::verify(tree, rule, logits_of, pick, text, go_on, path);
      counts.add(tree, path, goes_on);
      bool good = text.tokens.size() == before + path.size();
      for (std::size_t i = 0; i != path.size(); ++i) good &= tree.token(path[i]) == text.tokens[before - 1 + i];
      if (!good) FAIL("the text has not got what the path says");
      if (!goes_on) return;
    }
  }
};
constexpr auto always = [](tl::Token) { return true; };

template <class P, class Rule, class Growth>
auto speculation(const markov::Model& target, const markov::Model& draft, const auto& pick, Growth growth) {
  return Speculation<P, Rule, std::remove_cvref_t<decltype(pick)>, Growth>{target, draft, pick, growth};
}
tl::ShapedGrowth branching(const std::vector<std::size_t>& branches) {
  return tl::ShapedGrowth(tl::TreeShape::branching(branches));
}

std::vector<tl::Token> vanilla(const markov::Model& target, const auto& pick, tl::GrowingText text, std::size_t count) {
  for (std::size_t i = 0; i != count; ++i) {
    const auto logits = target.after(text.tokens.back());
    std::vector<float> row(logits.begin(), logits.end());
    text.tokens.push_back(
        pick(std::span<float>(row), tl::StepContext{text.tokens.size(), text.tokens, text.prompt_length}, text.key));
  }
  return text.tokens;
}

// Chi-square of the first two tokens behind token 0, of `texts` texts, in units of its limit.
template <class P, class Rule>
double chi_square_of_pairs(std::size_t texts, auto growth) {
  const markov::Model target(4, 11), draft(4, 12);
  const tl::Pipeline pick{tl::Temperature{0.9}, tl::Multinomial{}};
  auto run = speculation<P, Rule>(target, draft, pick, growth);
  std::vector<double> count(16), expected(16);
  tl::GrowingText text;
  for (std::size_t i = 0; i != texts; ++i) {
    text.tokens.assign(1, 0);
    text.key = {1, i};
    run.generate(text, 2, always);
    ++count[static_cast<std::size_t>(4 * text.tokens[1] + text.tokens[2])];
  }
  std::vector<double> p(4);
  const auto probabilities = [&](std::size_t token) {
    std::vector<float> row(target.after(static_cast<tl::Token>(token)).begin(),
                           target.after(static_cast<tl::Token>(token)).end());
    pick.distribution(row, {}, p);
    const double total = std::accumulate(p.begin(), p.end(), 0.0);
    for (double& x : p) x *= 1 / total;
    return p;
  };
  const auto first = probabilities(0);
  double statistic = 0, degrees = -1;
  for (std::size_t a = 0; a != 4; ++a) {
    const auto second = probabilities(a);
    for (std::size_t b = 0; b != 4; ++b) {
      const double e = first[a] * second[b] * static_cast<double>(texts), c = count[4 * a + b];
      if (e == 0) REQUIRE(c == 0);
      else statistic += (c - e) * (c - e) / e, ++degrees;
    }
  }
  REQUIRE(degrees > 6);
  return statistic / reference::chi_square_limit(degrees);
}

}  // namespace

TEST_CASE("texts that are verified by rejection follow the target") {
  const auto fixed = branching({2, 1});
  CHECK(chi_square_of_pairs<SampledWithoutReplacement, Rejection<SampledWithoutReplacement>>(100'000, fixed) < 1);
  CHECK(chi_square_of_pairs<SampledIndependently, Rejection<SampledIndependently>>(10'000, fixed) < 1);
  CHECK(chi_square_of_pairs<Deterministic, Rejection<Deterministic>>(10'000, fixed) < 1);
  CHECK(chi_square_of_pairs<SampledIndependently, Rejection<Deterministic>>(10'000, fixed) < 1);
  // How many children there are depends on what was drawn, but not on what they will be.
  const tl::ConfidentGrowth confident({.size = 5, .depth = 3, .width = 1, .branches = 2});
  CHECK(chi_square_of_pairs<SampledWithoutReplacement, Rejection<SampledWithoutReplacement>>(10'000, confident) < 1);
  CHECK(chi_square_of_pairs<Deterministic, Rejection<Deterministic>>(10'000, confident) < 1);
}

TEMPLATE_TEST_CASE("the match rule gives the text of vanilla sampling", "", tl::SampledWithoutReplacement,
                   tl::SampledIndependently, tl::Deterministic) {
  const markov::Model target(30, 1), draft(30, 1 + GENERATE(0u, 1u));
  const auto check = [&](const auto& pick) {
    for (std::uint64_t seed = 0; seed != 5; ++seed) {
      auto run = speculation<TestType, tl::Match>(target, draft, pick, branching({3, 2, 1}));
      tl::GrowingText text{{1, 2, 3}, 3, {seed, 7}};
      const auto start = text;
      run.generate(text, 60, always);
      CHECK(text.tokens == vanilla(target, pick, start, text.tokens.size() - 3));
      CHECK(run.steps < 60);
    }
  };
  check(tl::Sampler{{.temperature = 0.7, .top_p = 0.9, .repetition_penalty = 1.3}});
  check(tl::Sampler{{.temperature = 0, .presence_penalty = 0.5}});
  check(tl::Pipeline{tl::Temperature{0.8}, tl::Multinomial{}});
}

TEMPLATE_TEST_CASE("at temperature 0 rejection gives the greedy text", "", tl::SampledWithoutReplacement,
                   tl::SampledIndependently, tl::Deterministic) {
  const markov::Model target(30, 1), draft(30, 1 + GENERATE(0u, 1u));
  const tl::Sampler greedy{{.temperature = 0, .frequency_penalty = 0.4}};
  auto run = speculation<TestType, tl::Rejection<TestType>>(target, draft, greedy, branching({3, 2, 1}));
  tl::GrowingText text{{1}, 1, {3, 3}};
  const auto start = text;
  run.generate(text, 60, always);
  CHECK(text.tokens == vanilla(target, greedy, start, text.tokens.size() - 1));
}

TEST_CASE("steps commit as many tokens as the shape's acceptance foretells") {
  const auto pair = enumeration::random_pair(6, 2);
  const auto same_everywhere = [](const auto& p) {
    markov::Model model(6, 0);
    for (std::size_t i = 0; i != model.table.size(); ++i) model.table[i] = static_cast<float>(std::log(p[i % 6]));
    return model;
  };
  const auto target = same_everywhere(pair.p), draft = same_everywhere(pair.q);
  const tl::TreeShape shape({3, 2, 1, 0, 1, 0, 0, 0});
  auto run = speculation<SampledWithoutReplacement, Rejection<SampledWithoutReplacement>>(
      target, draft, tl::Pipeline{tl::Multinomial{}}, tl::ShapedGrowth(shape));
  tl::GrowingText text{{0}, 1, {4, 4}};
  run.generate(text, 8000, always);

  std::vector<double> acceptance;
  for (const auto& child : enumeration::outcome<SampledWithoutReplacement>(pair, 3).accepted)
    acceptance.push_back(std::accumulate(child.begin(), child.end(), 0.0));
  const double steps = static_cast<double>(run.steps);
  CHECK(run.counts.steps() == run.steps);
  CHECK(run.counts.tokens_per_step() == Approx(static_cast<double>(text.tokens.size() - 1) / steps));
  // A step commits 1 to 4 tokens, so its standard deviation is at most 1.5; 4 of those of the mean.
  CHECK(std::abs(run.counts.tokens_per_step() - shape.expected_tokens(acceptance)) < 4 * 1.5 / std::sqrt(steps));
  const auto measured = run.counts.by_child();
  REQUIRE(measured.size() == 3);
  for (std::size_t b = 0; b != 3; ++b) CHECK(std::abs(measured[b] - acceptance[b]) < 4 * 0.5 / std::sqrt(steps));
}

TEST_CASE("a draft that is the target is accepted whole") {
  const markov::Model target(30, 1);
  const tl::Pipeline pick{tl::Multinomial{}};
  auto run = speculation<tl::SampledWithoutReplacement, tl::Rejection<tl::SampledWithoutReplacement>>(
      target, target, pick, branching({1, 1, 1, 1}));
  tl::GrowingText text{{1}, 1, {3, 3}};
  run.generate(text, 50, always);
  CHECK(run.steps == 10);
}

TEST_CASE("a stop token inside an accepted path ends the text there") {
  const markov::Model target(30, 1);
  const tl::Sampler greedy{{.temperature = 0}};
  tl::GrowingText text{{1}, 1, {}};
  const auto whole = vanilla(target, greedy, text, 4);
  for (std::size_t stop = 1; stop != 5; ++stop) {
    auto run = speculation<tl::Deterministic, tl::Match>(target, target, greedy, branching({1, 1, 1}));
    tl::GrowingText cut{{1}, 1, {}};
    std::vector<tl::Token> seen;
    run.generate(cut, 4, [&](tl::Token token) {
      seen.push_back(token);
      return seen.size() != stop;
    });
    CHECK(cut.tokens == std::vector<tl::Token>(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(stop) + 1));
    CHECK(std::ranges::equal(seen, std::span(cut.tokens).subspan(1)));
    CHECK(run.path.size() == stop);  // the text's last token is not in the cache
  }
}

TEST_CASE("a tree that continues another text, and a draft of other tokens, are errors") {
  const markov::Model target(30, 1), other(29, 1);
  const tl::Sampler pick;
  tl::TokenTree<tl::Deterministic> tree;
  tree.begin(5, 0);
  tl::GrowingText text{{1, 4}, 2, {}};
  std::vector<std::size_t> path;
  tl::Match rule;
  const auto no_logits = [](std::size_t) { return std::span<float>{}; };
  CHECK(reference::mentions(reference::message([&] { tl::verify(tree, rule, no_logits, pick, text, always, path); }),
                            "the last token"));
  auto run = speculation<tl::SampledWithoutReplacement, tl::Rejection<tl::SampledWithoutReplacement>>(
      target, other, pick, branching({2}));
  CHECK(reference::mentions(reference::message([&] { run.generate(text, 1, always); }),
                            "another vocabulary than the model's of 30 tokens"));
}
