#include <tl/attack/outcome.hpp>
#include <tl/attack/substitution.hpp>

#include "../catch.hpp"
#include "../model/small_models.hpp"

namespace {
const auto model = random_model<odd>();
const auto all = some_tokens(60, odd);
const tl::AttackedText text{std::span(all).first(5), std::span(all).subspan(5)};
const tl::BernoulliList quarter{.25};
}  // namespace

TEST_CASE("the loss is of the tokens behind the prompt") {
  const tl::WatermarkDetector detector{tl::WatermarkScheme{1, tl::LeftHash<1>{}, quarter}};
  const double whole = model.loss(all) * 59, prompt = model.loss(text.prompt) * 4;
  CHECK(tl::judge(model, detector, text).loss == Approx((whole - prompt) / 55).epsilon(1e-5));
  CHECK(tl::judge(model, detector, {{}, all}).loss == Approx(whole / 59).epsilon(1e-5));
}

TEST_CASE("of a text longer than the context the loss is that of its beginning, and all of it is looked at") {
  const tl::WatermarkDetector detector{tl::WatermarkScheme{1, tl::LeftHash<1>{}, quarter}};
  const auto longer = some_tokens(odd.n_ctx + 30, odd);
  const auto found = tl::judge(model, detector, {{}, longer});
  CHECK(found.loss == Approx(model.loss(std::span(longer).first(odd.n_ctx))).epsilon(1e-5));
  CHECK(found.detection.scored == detector.detect(longer).scored);
}

TEST_CASE("a gate gets the entropies that it asks for") {
  const tl::WatermarkScheme gated{1, tl::LeftHash<1>{}, quarter, tl::EntropyGate{4.2}};
  const auto found = tl::judge(model, tl::WatermarkDetector{gated}, text).detection;
  const auto same = tl::WatermarkDetector{gated}.detect(all, tl::token_entropies(model, all), {.prompt_length = 5});
  CHECK(found.scored == same.scored);
  CHECK(found.scored < 50);
  const tl::WatermarkDetector open{tl::WatermarkOptions{}.scheme(1, odd.d_vocab)};
  CHECK(tl::judge(model, open, text).detection.scored == open.detect(all, {.prompt_length = 5}).scored);
}

TEST_CASE("what is in common is no change") {
  using Tokens = std::vector<tl::Token>;
  const auto changed = [](const Tokens& a, const Tokens& b) { return tl::share_changed(a, b); };
  CHECK(changed({}, {}) == 0);
  CHECK(changed({1, 2}, {}) == 1);
  CHECK(changed({1, 2, 3, 4}, {1, 2, 3, 4}) == 0);
  CHECK(changed({1, 2, 3, 4}, {1, 9, 3, 4}) == .25);
  CHECK(changed({1, 2, 3}, {1, 2, 7, 3}) == .25);
  CHECK(changed({1, 2, 3, 4}, {3, 4, 1, 2}) == .5);
}

TEST_CASE("before and after") {
  const tl::WatermarkDetector detector{tl::WatermarkScheme{1, tl::LeftHash<1>{}, quarter}};
  const tl::Substitution attack{.3, odd.d_vocab};
  const auto outcome = tl::try_attack(model, detector, attack, text, {4, 0});
  CHECK(outcome.tokens == attack(text, {4, 0}));
  CHECK(outcome.before.loss == tl::judge(model, detector, text).loss);
  CHECK(outcome.after.detection.green == tl::judge(model, detector, {text.prompt, outcome.tokens}).detection.green);
  CHECK(outcome.changed > .1);
}
