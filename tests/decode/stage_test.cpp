#include <tl/decode/draw.hpp>
#include <tl/decode/dynamic_temperature.hpp>
#include <tl/decode/logit_bias.hpp>
#include <tl/decode/penalties.hpp>
#include <tl/decode/stage.hpp>
#include <tl/decode/temperature.hpp>
#include <tl/decode/truncation.hpp>

#include "../catch.hpp"

namespace {
struct Forgetful {  // no kind
  void operator()(std::span<float>, const tl::StepContext&) const {}
};
struct Changeable {  // not const
  static constexpr auto kind = tl::StageKind::truncates;
  void operator()(std::span<float>, const tl::StepContext&) {}
};
struct Undecided {  // no token
  void operator()(std::span<const float>, const tl::StepContext&) const {}
};
}  // namespace

TEST_CASE("what is a stage and what is a draw") {
  STATIC_REQUIRE((tl::LogitStage<tl::LogitBias> && tl::LogitStage<tl::RepetitionPenalty>));
  STATIC_REQUIRE((tl::LogitStage<tl::FrequencyPenalty> && tl::LogitStage<tl::PresencePenalty>));
  STATIC_REQUIRE((tl::LogitStage<tl::Temperature> && tl::LogitStage<tl::TopK>));
  STATIC_REQUIRE((tl::LogitStage<tl::DynamicTemperature<tl::Edt>> && !tl::TemperatureRule<tl::Temperature>));
  STATIC_REQUIRE((tl::LogitStage<tl::TopP> && tl::LogitStage<tl::MinP>));
  STATIC_REQUIRE((tl::TokenDraw<tl::Greedy> && tl::TokenDraw<tl::Multinomial>));
  STATIC_REQUIRE_FALSE((tl::LogitStage<tl::Greedy> || tl::TokenDraw<tl::TopK>));
  STATIC_REQUIRE_FALSE((tl::LogitStage<Forgetful> || tl::LogitStage<Changeable> || tl::TokenDraw<Undecided>));
  STATIC_REQUIRE_FALSE((tl::LogitStage<int> || tl::TokenDraw<int>));
}
