#include <tl/interp/test_prompt.hpp>

#include <tl/hooks/ablate.hpp>
#include "../catch.hpp"
#include "stacks.hpp"

using namespace tl;

TEST_CASE("rank, logit and probability of an answer, and the likeliest tokens") {
  const auto model = random_model<odd>();
  const auto tokens = some_tokens(6, odd);
  const auto likeliest = model.likeliest(tokens, odd.d_vocab);
  const auto logits = model(tokens);
  double total = 0;
  for (std::size_t rank : {0u, 1u, 77u, 206u}) {
    const TokenLogProb expected = likeliest(5, rank);
    const PromptTest test = test_prompt(model, tokens, expected.token, 3);
    CHECK(test.rank == rank);
    CHECK(test.log_prob == expected.log_prob);
    CHECK(test.logit == logits(5, static_cast<std::size_t>(expected.token)));
    REQUIRE(test.top.size() == 3);
    for (std::size_t i = 0; i != 3; ++i)
      CHECK((test.top[i].token == likeliest(5, i).token && test.top[i].log_prob == likeliest(5, i).log_prob));
    total += static_cast<double>(test.probability());
  }
  CHECK((total > 0 && total < 1));
  CHECK(test_prompt(model, tokens, 3, 1, {}, ablate<"blocks.2.hook_mlp_out">()).logit !=
        test_prompt(model, tokens, 3).logit);
}

TEST_CASE("of equal logits the lower token comes first, and what cannot be asked is refused") {
  Config one{.n_layer = 1, .n_head = 1, .d_model = 4, .d_head = 4, .d_mlp = 0, .n_ctx = 4, .d_vocab = 9};
  RandomSource zeros(1, 0.f);
  const Gpt2<dynamic_gpt2> model(zeros, one);
  const std::vector<Token> tokens{2};
  CHECK(test_prompt(model, tokens, 5, 0).rank == 5);
  CHECK_THROWS_WITH(test_prompt(model, {}, 5), "a prompt without tokens has no next token");
  CHECK_THROWS_WITH(test_prompt(model, tokens, 9), "token 9 is out of range: the vocabulary has 9 tokens");
  CHECK_THROWS_WITH(test_prompt(model, tokens, 5, 10),
                    "the 10 likeliest tokens were asked for, and the vocabulary has 9");
}
