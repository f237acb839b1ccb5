#include <tl/model/gpt2.hpp>

#include <algorithm>
#include <functional>
#include <tl/kernels/softmax.hpp>

#include "../catch.hpp"
#include "reference_gpt2.hpp"
#include "small_models.hpp"
#include <tl/hooks/ablate.hpp>

using namespace tl;

TEST_CASE("logits are those of GPT-2 written out in double precision, for every choice of the family") {
  const auto check = [](const Config& config) {
    RandomSource source(3, 0.3f);
    const Gpt2<dynamic_gpt2> model(source, config);
    const auto tokens = some_tokens(13, config);
    const auto logits = model(tokens);
    const auto expected = ReferenceGpt2(source, config)(tokens);
    double worst = 0, largest = 0;
    for (std::size_t i = 0; i != expected.size(); ++i) {
      worst = std::max(worst, std::abs(static_cast<double>(logits.data()[i]) - expected[i]));
      largest = std::max(largest, std::abs(expected[i]));
    }
    CHECK(largest > 1);
    CHECK(worst < 5e-5 * largest);  // generic has no fused multiply-add
  };
  Config config = odd;
  for (const Activation activation : {Activation::gelu_tanh, Activation::gelu_exact, Activation::relu}) {
    config.activation = activation;
    check(config);
  }
  config.tied_unembed = false;
  check(config);
  config.layer_norm_epsilon = 0.5f;
  check(config);
  config.norm = Norm::none;
  check(config);
  check(attention_only);
  check(wide);
}

TEST_CASE("log-probabilities are normalised logits at the next token, and the loss their mean") {
  const auto model = random_model<odd>();
  const auto tokens = some_tokens(20, odd);
  const auto logits = model(tokens);
  const auto log_probs = model.log_probs(tokens);
  REQUIRE(log_probs.size() == 19);
  double sum = 0;
  for (std::size_t i = 0; i != 19; ++i) {
    double total = 0;
    for (float x : logits(i).values()) total += std::exp(static_cast<double>(x));
    const double expected = static_cast<double>(logits(i, static_cast<std::size_t>(tokens[i + 1]))) - std::log(total);
    CHECK(static_cast<double>(log_probs(i)) == Approx(expected).margin(1e-5));
    sum += expected;
  }
  CHECK(model.loss(tokens) == Approx(-sum / 19).margin(1e-5));
  CHECK(model.log_probs(std::vector<Token>{1}).size() == 0);
  CHECK_THROWS_WITH(model.loss(std::vector<Token>{1}), "a loss needs at least two tokens, and 1 were given");
  CHECK_THROWS_WITH(model.log_probs(std::vector<Token>{1, 999}),
                    "token 999 at position 1 is out of range: the vocabulary has 207 tokens");
}

TEST_CASE("logits and losses take policies: those of a run with them, and without them the plain ones") {
  const auto model = random_model<odd>();
  const auto tokens = some_tokens(12, odd);
  auto ablated = ablate<"blocks.1.hook_mlp_out">();
  const auto run = model.run(tokens, ablated, capture<"logits">());
  CHECK(same_bits(model(tokens, ablated), run["logits"_hook]));
  CHECK(!same_bits(model(tokens), run["logits"_hook]));
  CHECK(model.loss(tokens, ablated) == model.loss(tokens, {1}, ablated));
  CHECK(model.loss(tokens, ablated) != model.loss(tokens));
  CHECK(same_bits(model.log_probs(tokens, ablated), model.log_probs(tokens, {1}, ablated)));
  auto session = model.session(ablated);
  CHECK(same_bits(session.extend(session.open(12), tokens, Need::all_logits), run["logits"_hook]));
}

TEST_CASE("log-probabilities are those of logits in memory") {
  static constexpr Config lengthy{
      .n_layer = 1, .n_head = 1, .d_model = 8, .d_head = 8, .d_mlp = 8, .n_ctx = 600, .d_vocab = 31};
  const auto model = random_model<lengthy>();
  const auto tokens = some_tokens(600, lengthy);
  const auto log_probs = model.log_probs(tokens);
  const auto logits = model(tokens);
  std::vector<float> normaliser(600);
  kernels::log_sum_exp(logits.data(), 600, 31, normaliser.data(), 1);
  for (std::size_t i = 0; i != 599; ++i)
    CHECK(log_probs(i) == logits(i, static_cast<std::size_t>(tokens[i + 1])) - normaliser[i]);
}

TEST_CASE("several prompts give one result each, the one they give alone") {
  const auto model = random_model<odd>();
  const std::vector<std::vector<Token>> prompts{some_tokens(4, odd), some_tokens(17, odd, 3)};
  const auto runs =
      model.run_each(prompts, {}, capture<"blocks.*.attn.hook_pattern">(), capture<"blocks.2.hook_resid_post">());
  REQUIRE(runs.size() == 2);
  for (std::size_t i = 0; i != 2; ++i) {
    const auto alone =
        model.run(prompts[i], capture<"blocks.1.attn.hook_pattern">(), capture<"blocks.2.hook_resid_post">());
    CHECK(same_bits(runs[i]["blocks.1.attn.hook_pattern"_hook], alone["blocks.1.attn.hook_pattern"_hook]));
    CHECK(same_bits(runs[i]["blocks.2.hook_resid_post"_hook], alone["blocks.2.hook_resid_post"_hook]));
  }
}

TEST_CASE("a checkpoint of another shape than the program's Config is refused, saying how they differ") {
  RandomSource source(1);
  Config other = odd;
  other.n_layer = 2;
  other.d_vocab = 208;
  CHECK_THROWS_WITH(
      Gpt2<odd>(source, other),
      "the checkpoint is of another shape than the program's Config: n_layer 2 against 3, d_vocab 208 against 207");
  CHECK_THROWS_WITH(Gpt2<dynamic_gpt2>(source),
                    "a model needs a configuration whose extents are known when it is loaded");
}

TEST_CASE("the likeliest tokens are those of the logits, with their log-probabilities") {
  const auto model = random_model<odd>();
  const auto tokens = some_tokens(9, odd);
  const auto logits = model(tokens);
  const auto likeliest = model.likeliest(tokens, 4);
  const auto hooked = model.likeliest(tokens, 4, observe<"logits">([](auto, Context) {}));  // logits in memory
  for (std::size_t p = 0; p != 9; ++p) {
    float log_sum = 0;
    kernels::log_sum_exp(logits(p).data(), 1, odd.d_vocab, &log_sum, 1);
    std::vector<float> sorted(logits(p).values().begin(), logits(p).values().end());
    std::sort(sorted.begin(), sorted.end(), std::greater());
    for (std::size_t i = 0; i != 4; ++i) {
      CHECK(likeliest(p, i).log_prob == sorted[i] - log_sum);
      CHECK(logits(p, static_cast<std::size_t>(likeliest(p, i).token)) == sorted[i]);
      CHECK(hooked(p, i).token == likeliest(p, i).token);
      CHECK(hooked(p, i).log_prob == likeliest(p, i).log_prob);
    }
  }
  CHECK(model.likeliest(tokens, 0).size() == 0);
  CHECK_THROWS_WITH(model.likeliest(tokens, 208),
                    "the 208 likeliest tokens were asked for, and the vocabulary has 207");
}
