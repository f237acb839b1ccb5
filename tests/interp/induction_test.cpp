#include <tl/interp/induction.hpp>

#include <tl/decode/load.hpp>
#include <tl/hooks/ablate.hpp>
#include <tl/interp/logit_attribution.hpp>
#include "../catch.hpp"
#include "induction_model.hpp"
#include "stacks.hpp"

using namespace tl;

namespace {
const RepeatedTokens copies(induction_tokens, {.length = 20, .random = {5}});
}

TEST_CASE("in a model built to copy both heads are found, and no other") {
  const auto model = induction_model<2>();
  const HeadScores induction = induction_scores(model, copies), previous = detect_heads(model, copies, previous_token);
  for (const auto& [at, score] : ranked(induction)) CHECK((at == HeadAt{1, 1} ? score >= 0.95f : score < 0.2f));
  for (const auto& [at, score] : ranked(previous)) CHECK((at == HeadAt{0, 0} ? score >= 0.95f : score < 0.2f));
  const CopyLosses losses = copy_losses(model, copies);
  CHECK(losses.second_accuracy == 1);
  CHECK(losses.first_accuracy < 0.2);
  CHECK(losses.gain() > 2);
}

TEST_CASE("its twin of one layer, with the same two heads, has no induction head and cannot copy") {
  const auto model = induction_model<1>();
  CHECK(detect_heads(model, copies, previous_token)(0, 0) >= 0.95f);
  CHECK(ranked(induction_scores(model, copies))[0].score < 0.2f);
  const CopyLosses losses = copy_losses(model, copies);
  CHECK(losses.second_accuracy < 0.1);
  CHECK(losses.second > 2.5);  // log(24) = 3.2, less what tokens seen before gain
}

TEST_CASE("the offset is n - 1, over the second copy") {
  const auto model = random_model<odd>(odd, 1, 0.5f);
  const RepeatedTokens tokens(odd.d_vocab, {.length = 6});
  const HeadScores scores = induction_scores(model, tokens);
  const auto run = model.run(tokens, capture<"blocks.1.attn.hook_pattern">());
  const auto pattern = run["blocks.1.attn.hook_pattern"_hook];
  float sum = 0;
  for (std::size_t i = 7; i != 13; ++i) sum += pattern(2, i, i - 5) / 6;
  CHECK(std::abs(scores(1, 2) - sum) < 1e-6f);
}

TEST_CASE("losses of the two copies leave the unforeseeable token out") {
  const auto model = random_model<odd>();
  const RepeatedTokens tokens(odd.d_vocab, {.length = 6}), bare(odd.d_vocab, {.length = 6, .bos = std::nullopt});
  const auto mean_loss = [&](const RepeatedTokens& of, std::size_t first, std::size_t last) {
    const auto log_probs = model.log_probs(of);
    double sum = 0;
    for (std::size_t t = first; t != last; ++t) sum -= static_cast<double>(log_probs(t - 1));
    return sum / static_cast<double>(last - first);
  };
  const CopyLosses losses = copy_losses(model, tokens);
  CHECK(std::abs(losses.first - mean_loss(tokens, 1, 7)) < 1e-6);
  CHECK(std::abs(losses.second - mean_loss(tokens, 8, 13)) < 1e-6);
  CHECK(std::abs(copy_losses(model, bare).first - mean_loss(bare, 1, 6)) < 1e-6);
  CHECK(copy_losses(model, tokens, {}, ablate<"blocks.1.hook_attn_out">()).second != losses.second);
  CHECK_THROWS_WITH(copy_losses(model, RepeatedTokens(9, {.length = 1})),
                    "the losses of two copies need copies of at least two tokens");
}

TEST_CASE("the in-context learning score is a late token's loss less an early one's") {
  const auto model = random_model<odd>();
  const std::vector<std::vector<Token>> prompts{some_tokens(30, odd, 1), some_tokens(40, odd, 2)};
  double expected = 0;
  for (const auto& prompt : prompts) {
    const auto log_probs = model.log_probs(prompt);
    expected += static_cast<double>(log_probs(4) - log_probs(24)) / 2;  // of tokens 25 and 5
  }
  CHECK(std::abs(in_context_learning_score(model, prompts, 5, 25) - expected) < 1e-6);
  CHECK_THROWS_WITH(in_context_learning_score(model, prompts, 5, 30),
                    "the loss of token 30 was asked for in a prompt of 30 tokens");
  CHECK_THROWS_AS(in_context_learning_score(model, prompts, 5, 5), Error);
  CHECK_THROWS_AS(in_context_learning_score(model, prompts, 0, 5), Error);
  CHECK_THROWS_AS(in_context_learning_score(model, {}, 5, 25), Error);

  // A copying model learns from the context: token 30 of the repeated sequence is in the second copy.
  const std::vector<std::vector<Token>> repeated{copies.ids()};
  CHECK(in_context_learning_score(induction_model<2>(), repeated, 10, 30) < -2);
}

TEST_CASE("attribution finds a planted copying head and a planted direct path") {
  const auto model = induction_model<2>(0.5f);
  const std::size_t last = copies.size() - 2;  // its next token stands after its first occurrence
  const Token copied = copies[last + 1], successor = static_cast<Token>((copies[last] + 1) % Token{induction_tokens});
  REQUIRE(copied != successor);
  const Token neither = [&] {
    Token t = 0;
    while (t == copied || t == successor) ++t;
    return t;
  }();
  const auto largest = [&](Token answer) {
    const auto found =
        logit_attribution(model, copies, {answer, neither}, {.where = at{static_cast<std::ptrdiff_t>(last)}});
    std::size_t best = 0;
    for (std::size_t i = 1; i != found.labels.size(); ++i)
      if (found.values(i, 0) > found.values(best, 0)) best = i;
    CHECK(std::abs(static_cast<double>(found.values(best, 0)) - found.sum(0)) < 0.5);
    return found.labels[best];
  };
  CHECK(largest(copied) == "L1H1");
  CHECK(largest(successor) == "embed");
}

TEST_CASE("the default model has learnt to copy, with heads that stand out") {
  const auto model = load_network<tinystories_6l>(TL_SOURCE_DIR "/models/tinystories-6l");
  const RepeatedTokens tokens(tinystories_6l.d_vocab, {.length = 50, .bos = 0});
  const auto induction = ranked(induction_scores(model, tokens));
  CHECK((induction[0].at == HeadAt{5, 4} && induction[0].score > 0.9f));
  CHECK((induction[1].at == HeadAt{5, 1} && induction[1].score > 0.8f));
  CHECK(ranked(detect_heads(model, tokens, previous_token))[0].at == HeadAt{4, 1});
  const CopyLosses losses = copy_losses(model, tokens);
  CHECK((losses.second_accuracy > 0.8 && losses.gain() > 5));
  const auto why = logit_attribution(model, tokens, {tokens[90], 3}, {.where = at{89}});
  const auto logits = model(std::span(tokens.ids()).first(90));
  const float difference = logits(89, static_cast<std::size_t>(tokens[90])) - logits(89, 3);
  CHECK(std::abs(why.sum(0) - static_cast<double>(difference)) < 1e-4 * std::abs(static_cast<double>(difference)));
}
