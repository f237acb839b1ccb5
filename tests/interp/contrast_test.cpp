#include <tl/interp/contrast.hpp>

#include <tl/hooks/ablate.hpp>
#include "../catch.hpp"
#include "stacks.hpp"

using namespace tl;

namespace {
const Tokenizer& gpt2_tokenizer() {
  static const Tokenizer tokenizer = Tokenizer::load(TL_SOURCE_DIR "/tests/data/tokenizer/gpt2");
  return tokenizer;
}
}  // namespace

TEST_CASE("a prompt in tokens has the BOS in front, and an answer and a foil of one token each") {
  const Tokenizer& tokenizer = gpt2_tokenizer();
  const Contrast prompt = tokenized({"John gave it to", " Mary", " John"}, tokenizer);
  CHECK(prompt.tokens.front() == tokenizer.bos());
  CHECK(tokenizer.decode(std::span(prompt.tokens).subspan(1)) == "John gave it to");
  CHECK(tokenizer.decode(std::span(&prompt.answer, 1)) == " Mary");
  CHECK_THROWS_WITH(tokenized({"It was", " Gryphon", " John"}, tokenizer),
                    Catch::Matchers::StartsWith("` Gryphon` has to be one token, and it is "));
  CHECK_THROWS_WITH(single_token(tokenizer, ""), "`` has to be one token, and it is 0");
  CHECK_THROWS_WITH(tokenized({"It was", " John", " John"}, tokenizer),
                    "the answer and the foil of `It was` are the same token, ` John`");
}

TEST_CASE("logit differences of many prompts are those of each alone") {
  const auto model = random_model<odd>();
  std::vector<Contrast> prompts;
  for (std::size_t i = 0; i != 40; ++i) prompts.push_back({some_tokens(3 + i % 5, odd, i), Token(i), Token(2 * i + 1)});
  const auto differences = logit_differences(model, prompts);
  REQUIRE(differences.size() == 40);
  double sum = 0;
  for (std::size_t i = 0; i != 40; ++i) {
    const auto logits = model(prompts[i].tokens);
    const auto last = logits(prompts[i].tokens.size() - 1);
    CHECK(differences[i] == last(i) - last(2 * i + 1));
    sum += static_cast<double>(differences[i]);
  }
  CHECK(std::abs(mean_logit_difference(model, prompts) - sum / 40) < 1e-12);
  CHECK(logit_differences(model, prompts, {}, ablate<"blocks.1.hook_mlp_out">())[39] != differences[39]);

  CHECK_THROWS_WITH(mean_logit_difference(model, {}), "a mean over no prompts: give at least one");
  prompts[7].foil = 207;
  CHECK_THROWS_WITH(logit_differences(model, prompts), "token 207 is out of range: the vocabulary has 207 tokens");
  prompts[7] = {{}, 1, 2};
  CHECK_THROWS_WITH(logit_differences(model, prompts), "a prompt without tokens has no next token");
}
