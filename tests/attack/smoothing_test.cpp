#include <cmath>
#include <tl/attack/smoothing.hpp>
#include <tl/watermark/watermark.hpp>

#include "../catch.hpp"
#include "../decode/reference.hpp"
#include "../model/small_models.hpp"

namespace {
const tl::Watermark marked{tl::WatermarkScheme{1, tl::LeftHash<1>{}, tl::BernoulliList{.25}}, 2};
const std::vector<tl::Token> history{7, 9};
const tl::StepContext context{.position = 2, .history = history, .prompt_length = 1};
}  // namespace

TEST_CASE("confidence is the length of the vector of probabilities") {
  for (std::uint64_t seed = 0; seed != 20; ++seed) {
    const auto logits = reference::logits(300, seed);
    double squares = 0;
    for (const double p : reference::probabilities(logits)) squares += p * p;
    CHECK(tl::confidence(logits) == Approx(std::sqrt(squares)).epsilon(1e-6));
  }
  CHECK(tl::confidence(std::vector<float>(4, 3.f)) == Approx(.5));
  CHECK(tl::confidence(std::vector{0.f, tl::removed_logit}) == 1);
  CHECK(tl::confidence(std::vector{tl::removed_logit}) == 0);
}

TEST_CASE("below the threshold the reference is drawn from, otherwise the watermarked model") {
  const auto logits = reference::logits(300, 1);
  auto watermarked = logits;
  marked(watermarked, context);
  const std::vector<float> other(300, 1);
  const auto refer = [&](std::span<const tl::Token> text, std::span<float> to) {
    CHECK(text.size() == 2);
    std::ranges::copy(other, to.begin());
  };
  const double exact = tl::confidence(watermarked);
  const auto smoothed = [&](double threshold) {
    auto now = logits;
    tl::ConfidenceSmoothing{marked, refer, threshold}(now, context);
    return now;
  };
  CHECK(same_bits(smoothed(exact), watermarked));
  CHECK(same_bits(smoothed(std::nextafter(exact, 1)), other));
  CHECK(same_bits(smoothed(0), watermarked));
  CHECK_THROWS_WITH(smoothed(1.5), Catch::Matchers::StartsWith("the confidence below which "));
}
