#include <tl/decode/edited_texts.hpp>

#include "../catch.hpp"
#include "../model/small_models.hpp"

using namespace tl;

namespace {
const GenerateOptions greedy{.max_new_tokens = 12, .sampling = {.temperature = 0}};
}

TEST_CASE("without an edit texts are the model's; with a token's own direction it says nothing else") {
  const auto model = random_model<odd>();
  const std::vector<std::vector<Token>> prompts{some_tokens(5, odd, 1), some_tokens(9, odd, 2)};
  const auto plain = edited_texts(model, "blocks.2.hook_resid_post", {}, prompts, greedy);
  REQUIRE(plain.size() == 2);
  CHECK(plain[1] == generate(model, prompts[1], greedy).tokens);

  std::size_t at_first = 0;
  const auto say_42 = [&](const DynamicView& view, const Context& at) {
    for (std::size_t row = 0; row != at.rows(); ++row) {
      at_first += at.position(row) == 0;
      for (std::size_t i = 0; i != odd.d_model; ++i)
        view.data[row * odd.d_model + i] += 100 * model.weights().w_u(i, 42) / model.weights().ln_final.w[i];
    }
  };
  for (const auto& text : edited_texts(model, "blocks.2.hook_resid_post", say_42, prompts, greedy))
    CHECK(text == std::vector<Token>(12, 42));
  CHECK(at_first == 0);
  CHECK_THROWS_WITH(edited_texts(model, "blocks.2.hook_resid_pots", say_42, prompts, greedy),
                    Catch::Contains("nearest"));
}

TEST_CASE("the loss of continuations is theirs alone") {
  const auto model = random_model<odd>();
  const std::vector<std::vector<Token>> prompts{some_tokens(5, odd, 1)}, texts{some_tokens(4, odd, 3)};
  std::vector<Token> whole = prompts[0];
  whole.insert(whole.end(), texts[0].begin(), texts[0].end());
  const auto log_probs = model.log_probs(whole);
  double sum = 0;
  for (std::size_t pos = 4; pos != 8; ++pos) sum -= static_cast<double>(log_probs(pos));
  CHECK(continuation_loss(model, prompts, texts) == Approx(sum / 4));
  const std::vector<std::vector<Token>> nothing{{}};
  CHECK_THROWS_WITH(continuation_loss(model, prompts, nothing), Catch::Contains("without a token"));
}
