#include <tl/interp/greater_than.hpp>

#include <cmath>
#include <set>
#include "../catch.hpp"
#include "stacks.hpp"

using namespace tl;

TEST_CASE("years are two tokens of two digits, and prompts end before the second") {
  const Tokenizer tokenizer = Tokenizer::load(TL_SOURCE_DIR "/tests/data/tokenizer/gpt2");
  const GreaterThan task(tokenizer, {.count = 30});
  REQUIRE(task.prompts().size() == 30);
  CHECK(tokenizer.decode(std::span(&task.digits()[7], 1)) == "07");
  std::set<int> years;
  for (const GreaterThanPrompt& prompt : task.prompts()) {
    CHECK(tokenizer.decode(std::span(prompt.tokens).subspan(1)) == prompt.text);
    const Token yy = task.digits()[static_cast<std::size_t>(prompt.year)];
    const auto place = std::find(prompt.tokens.begin(), prompt.tokens.end(), yy);
    REQUIRE((place != prompt.tokens.end() && place != prompt.tokens.begin()));
    CHECK(place[-1] == prompt.tokens.back());  // the century, which comes again at the end
    years.insert(prompt.year);
  }
  CHECK(years.size() > 10);
}

TEST_CASE("a tokenizer that cuts years otherwise is refused") {
  const Tokenizer stories = Tokenizer::load(TL_SOURCE_DIR "/models/tinystories-6l");
  CHECK_THROWS_AS(GreaterThan(stories), Error);
  const Tokenizer gpt2 = Tokenizer::load(TL_SOURCE_DIR "/tests/data/tokenizer/gpt2");
  CHECK_THROWS_WITH(GreaterThan(gpt2, {.first_century = 18, .last_century = 17}),
                    "centuries 18 to 17: they are two digits, the first not above the last");
}

TEST_CASE("the metric is the probability of the years above less that of the others") {
  std::array<Token, 100> digits;
  std::vector<float> logits(120, -1.f);
  for (std::size_t i = 0; i != 100; ++i) digits[i] = static_cast<Token>(119 - i);
  logits[119 - 33] = 4, logits[119 - 32] = 3, logits[0] = 2;
  double sum = 0;
  for (float x : logits) sum += std::exp(static_cast<double>(x));
  const double other = std::exp(-1.);
  const double expected = (std::exp(4.) + 66 * other - std::exp(3.) - 32 * other) / sum;
  CHECK(std::abs(detail::year_probability_difference(logits, digits, 32) - expected) < 1e-6);

  // A model of the tokenizer's vocabulary whose unembedding is a bias alone always says 99.
  class Always99 : public RandomSource {
   public:
    explicit Always99(Token says) : RandomSource(1), says_(says) {}
    void read(std::string_view name, std::span<const std::size_t> shape, float* out) override {
      RandomSource::read(name, shape, out);
      if (name == "lm_head.weight") std::fill_n(out, shape[0] * shape[1], 0.f);
      if (name == "lm_head.bias") std::fill_n(out, shape[0], 0.f), out[says_] = 30;
    }
    bool has(std::string_view name) const override { return name == "lm_head.bias"; }

   private:
    Token says_;
  };
  const Tokenizer tokenizer = Tokenizer::load(TL_SOURCE_DIR "/tests/data/tokenizer/gpt2");
  const GreaterThan task(tokenizer, {.count = 3});
  const Config tiny{.n_layer = 1,
                    .n_head = 1,
                    .d_model = 8,
                    .d_head = 8,
                    .d_mlp = 0,
                    .n_ctx = 32,
                    .d_vocab = 50257,
                    .tied_unembed = false};
  Always99 high(task.digits()[99]), low(task.digits()[0]);
  CHECK(std::abs(mean_probability_difference(Gpt2<dynamic_gpt2>(high, tiny), task) - 1) < 1e-6);
  CHECK(std::abs(mean_probability_difference(Gpt2<dynamic_gpt2>(low, tiny), task) + 1) < 1e-6);
  CHECK_THROWS_AS(mean_probability_difference(random_model<odd>(), task), Error);
}
