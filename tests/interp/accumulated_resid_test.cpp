#include <tl/interp/accumulated_resid.hpp>

#include "../catch.hpp"
#include "stacks.hpp"

using namespace tl;
using Labels = std::vector<std::string>;

TEST_CASE("the residual stream before each layer, under TransformerLens' labels") {
  const auto model = random_model<odd>();
  const auto tokens = some_tokens(5, odd);
  const auto run = model.run(tokens, capture<"blocks.*.hook_resid_pre">(), capture<"blocks.*.hook_resid_mid">(),
                             capture<"blocks.2.hook_resid_post">());
  const auto stack = accumulated_resid(model, tokens, {.incl_mid = true});
  CHECK(stack.labels == Labels{"0_pre", "0_mid", "1_pre", "1_mid", "2_pre", "2_mid", "final_post"});
  CHECK(same_bits(row_named(stack, "1_pre"), run["blocks.1.hook_resid_pre"_hook]));
  CHECK(same_bits(row_named(stack, "2_mid"), run["blocks.2.hook_resid_mid"_hook]));
  CHECK(same_bits(row_named(stack, "final_post"), run["blocks.2.hook_resid_post"_hook]));

  CHECK(accumulated_resid(model, tokens, {.up_to = {2}}).labels == Labels{"0_pre", "1_pre", "2_pre"});
  CHECK(accumulated_resid(model, tokens, {.up_to = {1, true}}).labels == Labels{"0_pre", "1_pre", "1_mid"});
  const auto last = accumulated_resid(model, tokens, {.where = at{-1}});
  CHECK(last.values.extent<"pos">() == 1);
  CHECK(same_bits(last.values(3), run["blocks.2.hook_resid_post"_hook](4)));
}
