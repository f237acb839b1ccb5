#include <tl/model/depth.hpp>

#include "../catch.hpp"

using namespace tl;

TEST_CASE("depths are ordered as the forward passes them") {
  const auto depth = [](const char* name) { return depth_of(resolve(name), 3); };
  CHECK(nowhere < depth("hook_embed"));
  CHECK(depth("hook_embed") < depth("hook_pos_embed"));
  CHECK(depth("hook_pos_embed") < depth("blocks.0.hook_resid_pre"));
  CHECK(depth("blocks.0.hook_resid_post") < depth("blocks.1.hook_resid_pre"));
  CHECK(depth("blocks.*.hook_resid_pre") == depth("blocks.2.hook_resid_pre"));
  CHECK(depth("blocks.2.hook_resid_post") < depth("ln_final.hook_scale"));
  CHECK(depth("ln_final.hook_scale") < depth("logits"));
}
