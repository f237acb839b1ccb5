#include <tl/interp/decompose_resid.hpp>

#include <tl/interp/accumulated_resid.hpp>
#include "../catch.hpp"
#include "stacks.hpp"

using namespace tl;
using Labels = std::vector<std::string>;

TEST_CASE("sublayers and embeddings sum to the residual stream wherever it is read") {
  const auto check = [](const auto& model, const ResidualInput& up_to) {
    const auto tokens = some_tokens(6, model.config());
    const auto parts = decompose_resid(model, tokens, {.up_to = up_to});
    const auto whole = accumulated_resid(model, tokens, {.up_to = up_to});
    CHECK(relative_difference(sum_of_rows(parts.values), whole.values(whole.labels.size() - 1)) < 1e-6);
  };
  for (const ResidualInput& up_to : {ResidualInput{}, ResidualInput{0}, ResidualInput{2}, ResidualInput{1, true}})
    check(random_model<odd>(), up_to);
  check(random_model<attention_only>(), {});
}

TEST_CASE("which sublayers, in TransformerLens' order and under its labels") {
  const auto model = random_model<odd>();
  const auto tokens = some_tokens(4, odd);
  const auto stack = decompose_resid(model, tokens, {.up_to = {1, true}});
  CHECK(stack.labels == Labels{"embed", "pos_embed", "0_attn_out", "0_mlp_out", "1_attn_out"});
  const auto run = model.run(tokens, capture<"blocks.0.hook_mlp_out">());
  CHECK(same_bits(row_named(stack, "0_mlp_out"), run["blocks.0.hook_mlp_out"_hook]));
  CHECK(decompose_resid(model, tokens, {.up_to = {2}, .mode = Sublayers::mlp, .incl_embeds = false}).labels ==
        Labels{"0_mlp_out", "1_mlp_out"});
  CHECK(decompose_resid(model, tokens, {.up_to = {2}, .mode = Sublayers::attn}).labels ==
        Labels{"embed", "pos_embed", "0_attn_out", "1_attn_out"});
  CHECK(decompose_resid(random_model<attention_only>(), some_tokens(4, attention_only),
                        {.up_to = {0}, .incl_embeds = false})
            .labels.empty());
}
