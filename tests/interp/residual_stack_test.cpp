#include <tl/interp/residual_stack.hpp>

#include <tl/interp/accumulated_resid.hpp>
#include "../catch.hpp"
#include "stacks.hpp"

using namespace tl;

TEST_CASE("a stack keeps the LayerNorm that read its residual in the same run") {
  const auto model = random_model<odd>();
  const auto tokens = some_tokens(5, odd);
  const auto& weights = model.weights();
  const auto run = model.run(tokens, capture<"ln_final.hook_scale">(), capture<"blocks.1.ln1.hook_scale">(),
                             capture<"blocks.1.ln2.hook_scale">());
  const auto check = [&](const ResidualInput& up_to, auto scale, const NormWeights& expected) {
    const ReadingNorm norm = accumulated_resid(model, tokens, {.up_to = up_to}).norm;
    CHECK(same_bits(norm.scale, scale));
    CHECK(norm.w == std::vector<float>(expected.w, expected.w + odd.d_model));
    CHECK(norm.b == std::vector<float>(expected.b, expected.b + odd.d_model));
    CHECK(norm.epsilon == odd.layer_norm_epsilon);
  };
  check({}, run["ln_final.hook_scale"_hook], weights.ln_final);
  check({1}, run["blocks.1.ln1.hook_scale"_hook], weights.blocks[1].ln1);
  check({1, true}, run["blocks.1.ln2.hook_scale"_hook], weights.blocks[1].ln2);
  CHECK(accumulated_resid(random_model<attention_only>(), some_tokens(5, attention_only)).norm.scale.empty());
}

TEST_CASE("a remainder is the whole less the rows before it") {
  detail::StackBuilder<dynamic_gpt2> builder(3, 1, Config{.d_model = 2});
  const float a[] = {1, 2}, b[] = {10, 20}, whole[] = {100, 200};
  builder.add("a", a);
  builder.add("b", b);
  builder.add_remainder(whole);
  const auto stack = std::move(builder).finish({});
  CHECK(stack.labels == std::vector<std::string>{"a", "b", "remainder"});
  CHECK(values_of(stack.values) == std::vector<float>{1, 2, 10, 20, 89, 178});
}
