#include <tl/interp/logit_attribution.hpp>

#include <tl/interp/apply_ln.hpp>
#include <tl/interp/decompose_resid.hpp>
#include <tl/interp/full_resid_decomposition.hpp>
#include "../catch.hpp"
#include "stacks.hpp"

using namespace tl;

namespace {
Config untied_odd() {
  Config config = odd;
  config.tied_unembed = false;
  return config;
}
}  // namespace

TEST_CASE("components sum to the model's logit and to the difference of two") {
  const auto check = [](const auto& model, double tolerance) {
    const auto tokens = some_tokens(7, model.config());
    const auto logits = model(tokens);
    double largest = 0;
    for (float logit : logits.values()) largest = std::max(largest, std::abs(static_cast<double>(logit)));
    for (const Components components : {Components::sublayers, Components::heads, Components::neurons}) {
      const auto one = logit_attribution(model, tokens, {11}, {components});
      const auto difference = logit_attribution(model, tokens, {11, 5}, {components});
      CHECK(one.labels == difference.labels);
      for (std::size_t pos = 0; pos != 7; ++pos) {
        CHECK(std::abs(one.sum(pos) - static_cast<double>(logits(pos, 11))) <= tolerance * largest);
        CHECK(std::abs(difference.sum(pos) - static_cast<double>(logits(pos, 11) - logits(pos, 5))) <=
              tolerance * largest);
      }
    }
  };
  check(random_model<odd>(), 1e-5);
  check(random_model<attention_only>(), 1e-5);
  check(random_model<dynamic_gpt2>(untied_odd()), 1e-5);
  check(random_model<odd, bf16>(), 2e-2);
}

TEST_CASE("each row is the component through the frozen LayerNorm, times the token's column of W_U") {
  const auto model = random_model<odd>();
  const auto tokens = some_tokens(5, odd);
  const auto check = [&](const auto& stack, Components components) {
    const auto normalized = linear_ln(stack);
    const auto found = logit_attribution(model, tokens, {8}, {components});
    REQUIRE(found.labels.size() == stack.labels.size() + 2);
    std::vector<float> expected;
    for (std::size_t row = 0; row != stack.labels.size(); ++row) {
      CHECK(found.labels[row] == stack.labels[row]);
      for (std::size_t pos = 0; pos != 5; ++pos) {
        double sum = 0;
        for (std::size_t i = 0; i != odd.d_model; ++i)
          sum += static_cast<double>(normalized.values(row, pos, i)) * static_cast<double>(model.weights().w_u(i, 8));
        expected.push_back(static_cast<float>(sum));
      }
    }
    CHECK(relative_difference(std::span(found.values.data(), expected.size()), expected) < 1e-5);
    CHECK((found.labels[stack.labels.size()] == "ln_final.b" && found.labels.back() == "b_U"));
  };
  check(decompose_resid(model, tokens), Components::sublayers);
  check(full_resid_decomposition(model, tokens, {.expand_neurons = false}), Components::heads);
  check(full_resid_decomposition(model, tokens), Components::neurons);
}

TEST_CASE("the bias of an unembedding is a component of its own") {
  class WithBias : public RandomSource {
   public:
    using RandomSource::RandomSource;
    bool has(std::string_view name) const override { return name == "lm_head.bias"; }
  } source(3, 0.2f);
  const Gpt2<odd> model(source);
  const auto found = logit_attribution(model, some_tokens(3, odd), {4, 6}, {.where = at{-1}});
  CHECK(found.values(found.labels.size() - 1, 0) == model.weights().b_u[4] - model.weights().b_u[6]);
  const auto logits = model(some_tokens(3, odd));
  CHECK(std::abs(found.sum(0) - static_cast<double>(logits(2, 4) - logits(2, 6))) < 1e-4);
}

TEST_CASE("a token out of range is refused") {
  CHECK_THROWS_WITH(logit_attribution(random_model<odd>(), some_tokens(3, odd), {207}),
                    "token 207 is out of range: the vocabulary has 207 tokens");
}
