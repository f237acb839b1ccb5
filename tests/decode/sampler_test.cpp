#include <thread>
#include <tl/decode/pipeline.hpp>
#include <tl/decode/sampler.hpp>

#include "../catch.hpp"
#include "reference.hpp"

namespace {
// Both pick 30 tokens in a row, each seeing its own earlier ones; the shaped logits must agree to the bit too.
void require_equal(const tl::Sampler& sampler, const auto& pipeline, std::size_t d_vocab) {
  std::vector<tl::Token> text{1, 2, 2};
  for (std::uint64_t seed = 0; seed != 30; ++seed) {
    const tl::StepContext context{.position = text.size(), .history = text, .prompt_length = 3};
    std::vector<float> a = reference::logits(d_vocab, seed), b = a;
    const tl::Token token = sampler(a, context, {seed, 4});
    REQUIRE(token == pipeline(b, context, {seed, 4}));
    REQUIRE(a == b);
    text.push_back(token);
  }
}
}  // namespace

TEST_CASE("the sampler of the defaults draws from the model's own distribution") {
  require_equal(tl::Sampler{}, tl::Pipeline{tl::Multinomial{}}, 100);
}

TEST_CASE("the sampler equals the typed pipeline, draw for draw") {
  const std::vector<tl::TokenBias> bias{{0, 3.0f}, {5, tl::removed_logit}};
  require_equal(
      tl::Sampler{{.temperature = 0.8,
                   .top_k = 50,
                   .top_p = 0.9,
                   .min_p = 0.02,
                   .repetition_penalty = 1.2,
                   .frequency_penalty = 0.3,
                   .presence_penalty = 0.4,
                   .logit_bias = bias}},
      tl::Pipeline{tl::LogitBias{bias}, tl::RepetitionPenalty{1.2}, tl::FrequencyPenalty{0.3}, tl::PresencePenalty{0.4},
                   tl::Temperature{0.8}, tl::TopK{50}, tl::TopP{0.9}, tl::MinP{0.02}, tl::Multinomial{}},
      3000);
  require_equal(tl::Sampler{{.top_p = 0.5}}, tl::Pipeline{tl::TopP{0.5}, tl::Multinomial{}}, 257);
}

TEST_CASE("a dynamic temperature, chosen at run time, is the typed stage") {
  require_equal(tl::Sampler{{.temperature = 0.9, .dynamic_temperature = tl::Edt{0.5, 0.7}, .top_p = 0.9}},
                tl::Pipeline{tl::DynamicTemperature{0.9, tl::Edt{0.5, 0.7}}, tl::TopP{0.9}, tl::Multinomial{}}, 300);
  require_equal(
      tl::Sampler{{.dynamic_temperature = tl::EntropyRange{0.4, 2}, .presence_penalty = 0.4}},
      tl::Pipeline{tl::PresencePenalty{0.4}, tl::DynamicTemperature{1, tl::EntropyRange{0.4, 2}}, tl::Multinomial{}},
      300);
  require_equal(tl::Sampler{{.temperature = 0.5, .dynamic_temperature = tl::ConfidenceRange{0.6}}},
                tl::Pipeline{tl::DynamicTemperature{0.5, tl::ConfidenceRange{0.6}}, tl::Multinomial{}}, 300);
  require_equal(tl::Sampler{{.temperature = 0, .dynamic_temperature = tl::Edt{}}}, tl::Pipeline{tl::Greedy{}}, 300);
}

TEST_CASE("the temperature that a sampler will use can be asked for; bias and penalties come before it") {
  const std::vector<float> logits{1, 4, 2, 0};
  const std::vector<float> biased{1, 4, 5, 0};
  const auto temperature = [&](const tl::SamplingOptions& options) {
    return tl::Sampler{options}.temperature_of(logits, {});
  };
  CHECK(temperature({}) == 1);
  CHECK(temperature({.temperature = 0}) == 0);
  CHECK(temperature({.temperature = 0.7, .top_k = 2}) == 0.7);
  CHECK(temperature({.temperature = 0.7, .dynamic_temperature = tl::Edt{}, .top_k = 1, .logit_bias = {{2, 3}}}) ==
        tl::DynamicTemperature{0.7, tl::Edt{}}.temperature_of(biased));
}

TEST_CASE("temperature 0 is greedy after bias and penalties; truncation is left out") {
  require_equal(tl::Sampler{{.temperature = 0, .top_k = 3, .top_p = 0.1, .repetition_penalty = 1.5}},
                tl::Pipeline{tl::RepetitionPenalty{1.5}, tl::Greedy{}}, 300);
}

TEST_CASE("a stage that is off is the stage at its neutral value") {
  require_equal(
      tl::Sampler{{.temperature = 0.9}},
      tl::Pipeline{tl::LogitBias{{}}, tl::RepetitionPenalty{1}, tl::FrequencyPenalty{0}, tl::PresencePenalty{0},
                   tl::Temperature{0.9}, tl::TopK{300}, tl::TopP{1}, tl::MinP{0}, tl::Multinomial{}},
      300);
}

TEST_CASE("bad options, bad logits and nothing left are errors") {
  CHECK_THROWS_AS(tl::Sampler{{.temperature = -1}}, tl::Error);
  std::vector<float> logits{1, std::numeric_limits<float>::quiet_NaN()}, none(4, tl::removed_logit);
  CHECK(reference::mentions(reference::message([&] { tl::Sampler{}(logits, {.position = 8}); }), "position 8"));
  CHECK(reference::mentions(reference::message([&] { tl::Sampler{}(none, {.position = 9}); }), "position 9"));
  std::vector<float> one{1};
  CHECK_THROWS_AS(tl::Sampler({.logit_bias = {{0, tl::removed_logit}}})(one, {}), tl::Error);
}

TEST_CASE("one sampler serves two threads") {
  const tl::Sampler sampler{{.temperature = 0.9, .top_p = 0.9, .frequency_penalty = 0.1}};
  const auto run = [&](std::vector<tl::Token>& text) {
    for (std::size_t i = 0; i != 200; ++i) {
      auto logits = reference::logits(400, 2 * i);
      text.push_back(sampler(logits, {.position = i, .history = text}, {1, 0}));
    }
  };
  std::vector<tl::Token> a, b, alone;
  std::thread first([&] { run(a); }), second([&] { run(b); });
  first.join(), second.join();
  run(alone);
  CHECK((a == alone && b == alone));
}
