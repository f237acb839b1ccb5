#include <tl/interp/head_ablation.hpp>

#include <tl/hooks/ablate.hpp>
#include "../catch.hpp"
#include "induction_model.hpp"
#include "stacks.hpp"

using namespace tl;

namespace {
const RepeatedTokens copies(induction_tokens, {.length = 20, .random = {5}});
}

TEST_CASE("without either head, or their path to the keys alone, a copying model is at chance") {
  const auto model = induction_model<2>();
  // Chance is 1 in 24; over eight sequences of 19 tokens that count, five deviations above it are 0.12.
  const auto check = [&](DynamicHooks hooks, bool copying) {
    double accuracy = 0, loss = 0;
    for (std::uint64_t stream = 0; stream != 8; ++stream) {
      const RepeatedTokens tokens(induction_tokens, {.length = 20, .random = {5, stream}});
      const CopyLosses losses = copy_losses(model, tokens, {}, hooks);
      accuracy += losses.second_accuracy / 8, loss += losses.second / 8;
    }
    if (copying) CHECK((accuracy == 1 && loss < 0.01));
    else CHECK((accuracy < 0.12 && loss > 2.5));  // log(24) = 3.2, less what tokens seen twice gain
  };
  const HeadAt previous{0, 0}, induction{1, 1};
  const std::vector<float> zero(induction_positions);
  check(replace_head(previous, zero), false);
  check(replace_head(induction, zero), false);
  check(cut_path(model, previous, induction, HeadInput::k), false);

  check(replace_head({0, 1}, zero), true);
  check(replace_head({1, 0}, zero), true);
  check(cut_path(model, previous, induction, HeadInput::q), true);
  check(cut_path(model, previous, induction, HeadInput::v), true);
  check(cut_path(model, {0, 1}, induction, HeadInput::k), true);
  check(cut_path(model, previous, {1, 0}, HeadInput::k), true);
}

TEST_CASE("the two heads that copy have an effect, and the others none to speak of") {
  const auto model = induction_model<2>();
  for (const HeadAblation ablation : {HeadAblation::zero, HeadAblation::mean}) {
    const HeadScores effects = ablation_effects(model, copies, ablation);
    CHECK((effects(0, 0) > 2 && effects(1, 1) > 2));
    CHECK((std::abs(effects(0, 1)) < 0.1f && std::abs(effects(1, 0)) < 0.1f));
  }
}

TEST_CASE("every effect has the bits of a whole run with that head ablated") {
  const auto model = random_model<odd>();
  const RepeatedTokens tokens(odd.d_vocab, {.length = 8});
  const double clean = copy_losses(model, tokens).gain();
  const std::vector<std::vector<Token>> prompt{tokens.ids()};
  for (const HeadAblation ablation : {HeadAblation::zero, HeadAblation::mean}) {
    const Replacement replacement = ablation == HeadAblation::mean ? mean_ablation(model, prompt) : zero_ablation();
    const HeadScores effects = ablation_effects(model, tokens, ablation);
    for (std::size_t layer = 0; layer != odd.n_layer; ++layer)
      for (std::size_t head = 0; head != odd.n_head; ++head) {
        std::vector<float> value(odd.d_head);
        replacement(Point::z, layer, head)(value, 0);
        DynamicHooks hooks = replace_head({layer, head}, value);
        CHECK(effects(layer, head) == static_cast<float>(clean - copy_losses(model, tokens, {}, hooks).gain()));
      }
  }
}

TEST_CASE("an ablated head is what the policy of its name makes of it") {
  const auto model = random_model<odd>();
  const RepeatedTokens tokens(odd.d_vocab, {.length = 8});
  const double expected = copy_losses(model, tokens).gain() -
                          copy_losses(model, tokens, {}, ablate<"blocks.1.attn.hook_z">(heads{2})).gain();
  CHECK(ablation_effects(model, tokens, HeadAblation::zero)(1, 2) == static_cast<float>(expected));
}

TEST_CASE("a path cut changes one input of one head by what the sender writes") {
  const auto model = random_model<odd>();
  const auto tokens = some_tokens(7, odd);
  auto hooks = cut_path(model, {0, 1}, {2, 0}, HeadInput::k);
  const auto cut = model.run(tokens, hooks, capture<"blocks.2.hook_k_input">(), capture<"blocks.2.hook_q_input">());
  const auto plain = model.run(tokens, capture<"blocks.2.hook_resid_pre">(), capture<"blocks.0.attn.hook_result">());
  const auto resid = plain["blocks.2.hook_resid_pre"_hook];
  const auto sent = plain["blocks.0.attn.hook_result"_hook];
  const auto k_input = cut["blocks.2.hook_k_input"_hook], q_input = cut["blocks.2.hook_q_input"_hook];
  for (std::size_t pos = 0; pos != 7; ++pos) {
    for (std::size_t i = 0; i != odd.d_model; ++i) CHECK(k_input(pos, 0, i) == resid(pos, i) - sent(pos, 1, i));
    CHECK(same_bits(k_input(pos, 1), resid(pos)));
    CHECK(same_bits(q_input(pos, 0), resid(pos)));
  }
  CHECK_THROWS_WITH(cut_path(model, {1, 0}, {1, 1}, HeadInput::v),
                    "there is no path from layer 1 to layer 1: the sender's layer is not before");
  CHECK_THROWS_AS(cut_path(model, {0, 3}, {1, 1}, HeadInput::v), Error);
  auto elsewhere = replace_head({1, 3}, std::vector<float>(17)), wider = replace_head({1, 2}, std::vector<float>(18));
  CHECK_THROWS_WITH(model.run(tokens, elsewhere),
                    "z of head 3 cannot become 17 values: this model has heads 0 to 2 of 17");
  CHECK_THROWS_WITH(model.run(tokens, wider), "z of head 2 cannot become 18 values: this model has heads 0 to 2 of 17");
}
