#include <tl/decode/logit_bias.hpp>
#include <tl/decode/penalties.hpp>
#include <tl/decode/pipeline.hpp>
#include <tl/decode/temperature.hpp>
#include <tl/decode/truncation.hpp>

#include "../catch.hpp"
#include "reference.hpp"

namespace {
// A stage of somebody else's, with parameters of its own.
struct Alternate {
  static constexpr auto kind = tl::StageKind::adjusts_logits;
  float amount;
  void operator()(std::span<float> logits, const tl::StepContext& context) const {
    for (std::size_t i = context.position % 2; i < logits.size(); i += 2) logits[i] += amount;
  }
};
}  // namespace

TEST_CASE("the stages run in order, then the draw") {
  const std::vector<tl::Token> text{0, 1, 1};
  const tl::StepContext context{.position = 3, .history = text, .prompt_length = 1};
  const tl::Pipeline pipeline{Alternate{1}, tl::RepetitionPenalty{2}, tl::Temperature{0.5}, tl::TopK{2}, tl::Greedy{}};
  std::vector<float> logits{4, 3, 2, 1}, by_hand = logits;
  Alternate{1}(by_hand, context);
  tl::RepetitionPenalty{2}(by_hand, context);
  tl::Temperature{0.5}(by_hand, context);
  tl::TopK{2}(by_hand, context);
  CHECK(pipeline(logits, context) == 0);
  CHECK(logits == by_hand);
  // 2, 2, 2, 2 after the first two; the tie goes to the lower indices.
  CHECK(logits == std::vector<float>{0, 0, tl::removed_logit, tl::removed_logit});
}

TEST_CASE("a draw alone is a pipeline") {
  std::vector<float> logits{1, 5, 2};
  CHECK(tl::Pipeline{tl::Greedy{}}(logits, {}) == 1);
}

TEST_CASE("draws of a full pipeline follow the shaped distribution") {
  const tl::Pipeline pipeline{tl::LogitBias{{{4, 2.0f}, {2, tl::removed_logit}}},
                              tl::Temperature{0.8},
                              tl::TopK{6},
                              tl::TopP{0.95},
                              tl::MinP{0.01},
                              tl::Multinomial{}};
  const auto raw = reference::logits(12, 8);
  auto shaped = raw;
  pipeline.shape(shaped, {});
  const auto p = reference::probabilities(shaped);
  REQUIRE(std::ranges::count_if(p, [](double share) { return share > 0; }) >= 3);
  CHECK(reference::chi_square_of_draws(pipeline, raw, p) < 1);
}

TEST_CASE("a token depends on its own names alone, not on what else is drawn") {
  const tl::Pipeline pipeline{tl::Temperature{1.3}, tl::TopP{0.98}, tl::Multinomial{}};
  const auto draw = [&](std::uint64_t stream, std::size_t position) {
    auto logits = reference::logits(500, stream * 100 + 2 * position);
    return pipeline(logits, {.position = position}, {5, stream});
  };
  std::vector<tl::Token> batched, alone;
  for (std::size_t position = 0; position != 40; ++position)
    for (std::uint64_t stream = 0; stream != 4; ++stream) batched.push_back(draw(stream, position));
  for (std::uint64_t stream = 4; stream-- != 0;)
    for (std::size_t position = 40; position-- != 0;) {
      if (draw(stream, position) != batched[position * 4 + stream]) FAIL("stream " << stream << " at " << position);
      alone.push_back(draw(stream, position));
    }
  CHECK(std::ranges::count(alone, alone[0]) < 160);  // and it does depend on them
}

TEST_CASE("NaN is refused before any stage sees it") {
  const tl::Pipeline pipeline{tl::TopP{0.9}, tl::Multinomial{}};
  std::vector<float> logits{1, std::numeric_limits<float>::quiet_NaN()};
  CHECK(reference::mentions(reference::message([&] { pipeline(logits, {.position = 8}); }), "token 1 at position 8"));
}
