#include <tl/model/hook_rules.hpp>

#include <tl/hooks/ablate.hpp>
#include <tl/hooks/dynamic_hooks.hpp>
#include "../catch.hpp"
#include "small_models.hpp"

using namespace tl;

TEST_CASE("what a model known at run time does not have is refused when the session begins") {
  const auto model = random_model<dynamic_gpt2>(attention_only);
  const auto tokens = some_tokens(3, attention_only);
  CHECK_THROWS_WITH(model.run(tokens, capture<"blocks.2.hook_resid_pre">()),
                    "hook point `blocks.2.hook_resid_pre` names layer 2, and this model has layers 0 to 1");
  CHECK_THROWS_WITH(model.run(tokens, capture<"blocks.*.mlp.hook_post">()),
                    "hook point `blocks.*.mlp.hook_post` cannot be served: this model has no MLPs");
  CHECK_THROWS_WITH(model.run(tokens, capture<"ln_final.hook_scale">()),
                    "hook point `ln_final.hook_scale` cannot be served: this model has no LayerNorm");
  DynamicHooks hooks;
  hooks.capture("blocks.0.ln1.hook_scale");
  CHECK_THROWS_WITH(model.run(tokens, hooks),
                    "hook point `blocks.0.ln1.hook_scale` cannot be served: this model has no LayerNorm");
}

TEST_CASE("an edited input of single heads excludes ln1's points, at run time too") {
  const auto model = random_model<odd>();
  DynamicHooks hooks;
  hooks.edit("blocks.*.hook_q_input", [](const DynamicView&, const Context&) {});
  hooks.capture("blocks.1.ln1.hook_scale");
  CHECK_THROWS_WITH(model.run(some_tokens(3, odd), hooks),
                    "`blocks.*.hook_q_input` is edited for single heads, each then has a LayerNorm of its own, and "
                    "`blocks.1.ln1.hook_scale` does not exist");
}

TEST_CASE("the forward goes as deep as the deepest policy") {
  HookSet none;
  HookSet some(ablate<"blocks.1.hook_mlp_out">(), ablate<"hook_embed">());
  HookSet all_layers(ablate<"blocks.*.hook_resid_pre">());
  HookSet last(ablate<"logits">());
  CHECK(depth_of(none, 3) == nowhere);
  CHECK(depth_of(some, 3) == Depth{1, Point::mlp_out});
  CHECK(depth_of(all_layers, 3) == Depth{2, Point::resid_pre});
  CHECK(depth_of(last, 3) == Depth{3, Point::unembed_out});
}
