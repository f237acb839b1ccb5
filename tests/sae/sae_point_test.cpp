#include <tl/sae/sae_point.hpp>

#include "../catch.hpp"
#include "../io/scratch.hpp"

TEST_CASE("an SAE's hook points by SAELens' names") {
  STATIC_REQUIRE(name(tl::SaePoint::acts_post) == "hook_sae_acts_post");
  REQUIRE(tl::sae_point("hook_sae_error") == tl::SaePoint::error);
  REQUIRE(error_of([] { tl::sae_point("hook_sae_acts"); }).starts_with("an SAE has no hook point `hook_sae_acts`"));
}
