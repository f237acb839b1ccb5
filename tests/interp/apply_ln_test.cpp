#include <tl/interp/apply_ln.hpp>

#include <tl/interp/accumulated_resid.hpp>
#include <tl/interp/decompose_resid.hpp>
#include "../catch.hpp"
#include "stacks.hpp"

using namespace tl;

TEST_CASE("linear_ln is linear: rows sum to the LayerNorm's output less b") {
  const auto model = random_model<odd>();
  const auto tokens = some_tokens(6, odd);
  const auto run = model.run(tokens, capture<"ln_final.hook_out">(), capture<"blocks.1.ln2.hook_out">());
  const auto check = [&](const ResidualInput& up_to, auto out, const float* b) {
    auto sum = sum_of_rows(linear_ln(decompose_resid(model, tokens, {.up_to = up_to})).values);
    for (std::size_t i = 0; i != sum.size(); ++i) sum[i] += static_cast<double>(b[i % odd.d_model]);
    CHECK(relative_difference(sum, out) < 2e-6);
  };
  check({}, run["ln_final.hook_out"_hook], model.weights().ln_final.b);
  check({1, true}, run["blocks.1.ln2.hook_out"_hook], model.weights().blocks[1].ln2.b);
}

TEST_CASE("lens_ln gives each row the scale that it has itself") {
  const auto model = random_model<odd>();
  const auto tokens = some_tokens(6, odd);
  const auto stack = accumulated_resid(model, tokens);
  const auto lens = lens_ln(stack), frozen = linear_ln(stack);
  CHECK(lens.labels == stack.labels);
  const auto run = model.run(tokens, capture<"ln_final.hook_out">());
  CHECK(same_bits(lens.values(3), run["ln_final.hook_out"_hook]));
  // The embedding's own scale is another than the final one, and here the two functions differ.
  CHECK(relative_difference(lens.values(0), frozen.values(0)) > 0.1);
  std::vector<float> expected(6 * odd.d_model);
  kernels::layer_norm(stack.values(0).data(), stack.norm.w.data(), stack.norm.b.data(), 6, odd.d_model,
                      odd.layer_norm_epsilon, expected.data(), 1);
  CHECK(same_bits(lens.values(0), expected));
}

TEST_CASE("without LayerNorm both leave the rows as they are") {
  const auto model = random_model<attention_only>();
  const auto stack = accumulated_resid(model, some_tokens(6, attention_only));
  CHECK(same_bits(lens_ln(stack).values, stack.values));
  CHECK(same_bits(linear_ln(stack).values, stack.values));
}
