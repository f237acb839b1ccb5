#include <tl/interp/head_results.hpp>

#include "../catch.hpp"
#include "stacks.hpp"

using namespace tl;

TEMPLATE_TEST_CASE("every head's row has the bits of hook_result", "", float, bf16, int8) {
  const auto model = random_model<odd, TestType>();
  const auto tokens = some_tokens(5, odd);
  const auto stack = stack_head_results(model, tokens, {.incl_remainder = true});
  REQUIRE(stack.labels.size() == 10);
  CHECK((stack.labels[0] == "L0H0" && stack.labels[5] == "L1H2" && stack.labels[9] == "remainder"));
  const auto run = model.run(tokens, capture<"blocks.1.attn.hook_result">(), capture<"blocks.2.hook_resid_post">());
  const auto result = run["blocks.1.attn.hook_result"_hook];
  for (std::size_t pos = 0; pos != 5; ++pos)
    for (std::size_t head = 0; head != 3; ++head) CHECK(same_bits(stack.values(3 + head, pos), result(pos, head)));
  CHECK(relative_difference(sum_of_rows(stack.values), run["blocks.2.hook_resid_post"_hook]) < 1e-6);
}

TEST_CASE("heads up to the attention or the MLP of a layer") {
  const auto model = random_model<odd>();
  const auto tokens = some_tokens(5, odd);
  CHECK(stack_head_results(model, tokens, {.up_to = {2}}).labels.back() == "L1H2");
  CHECK(stack_head_results(model, tokens, {.up_to = {2, true}}).labels.back() == "L2H2");
  const auto none = stack_head_results(model, tokens, {.up_to = {0}, .incl_remainder = true});
  const auto run = model.run(tokens, capture<"blocks.0.hook_resid_pre">());
  CHECK(none.labels == std::vector<std::string>{"remainder"});
  CHECK(same_bits(none.values(0), run["blocks.0.hook_resid_pre"_hook]));
}
