#include <cmath>
#include <tl/attack/key_ensemble.hpp>
#include <tl/watermark/detector.hpp>
#include <tl/watermark/watermark.hpp>

#include "../catch.hpp"
#include "../decode/reference.hpp"
#include "../watermark/texts.hpp"

namespace {
using Scheme = tl::WatermarkScheme<tl::LeftHash<1>, tl::BernoulliList>;
using Stage = tl::Watermark<Scheme>;
Scheme scheme(std::uint64_t key) { return {key, {}, tl::BernoulliList{.25}}; }
const std::vector<Stage> stages{{scheme(1), 2}, {scheme(2), 2}, {scheme(3), 2}, {scheme(4), 2}};
const std::vector<tl::Token> history{7, 9};
const tl::StepContext context{.position = 2, .history = history, .prompt_length = 1};
}  // namespace

TEST_CASE("the mean of the distributions") {
  const auto logits = reference::logits(300, 2);  // with removed tokens
  std::vector<double> mean(300);
  for (const Stage& stage : stages) {
    auto one = logits;
    stage(one, context);
    const auto p = reference::probabilities(one);
    for (std::size_t i = 0; i != mean.size(); ++i) mean[i] += p[i] / 4;
  }
  auto now = logits;
  tl::KeyEnsemble{stages}(now, context);
  const auto p = reference::probabilities(now);
  for (std::size_t i = 0; i != mean.size(); ++i) CHECK(p[i] == Approx(mean[i]).epsilon(1e-5));
}

TEST_CASE("of a mean of logarithms each key keeps delta / n") {
  const auto logits = reference::logits(300, 2);
  auto now = logits, each = logits;
  tl::KeyEnsemble{stages, tl::Averaging::logarithms}(now, context);
  for (std::uint64_t key = 1; key != 5; ++key) tl::Watermark{scheme(key), .5}(each, context);
  for (std::size_t i = 0; i != now.size(); ++i)
    CHECK((now[i] == each[i] || now[i] == Approx(each[i]).epsilon(1e-5).margin(1e-6)));
}

TEST_CASE("texts drawn from an ensemble carry less of each key") {
  const auto z = [&](const auto& stage) {
    double sum = 0;
    for (std::uint64_t seed = 0; seed != 4; ++seed) {
      texts::Tokens tokens = texts::random(4, seed, 256);
      const tl::Sampler sample{{.first_stage = stage}};
      while (tokens.size() != 204) {
        std::vector<float> logits(256, 0);
        tokens.push_back(
            sample(logits, {.position = tokens.size(), .history = tokens, .prompt_length = 4}, {.seed = seed}));
      }
      sum += tl::WatermarkDetector{scheme(1)}.detect(tokens, {.prompt_length = 4}).z / 4;
    }
    return sum;
  };
  CHECK(z(stages[0]) > 10);
  CHECK(z(tl::KeyEnsemble{stages}) < 5);
  CHECK(z(tl::KeyEnsemble{stages, tl::Averaging::logarithms}) < 5);
}

TEST_CASE("one key is no ensemble") {
  CHECK_THROWS_WITH(tl::KeyEnsemble(std::vector{stages[0]}), "an ensemble has 1 keys: a mean needs two at least");
}
