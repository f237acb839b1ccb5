#include <tl/sae/feature_edit.hpp>

#include "../catch.hpp"

TEST_CASE("edits say what they do to which feature") {
  STATIC_REQUIRE(tl::ablate_feature(7).kind == tl::FeatureEdit::Kind::clamp);
  STATIC_REQUIRE(tl::ablate_feature(7).value == 0);
  STATIC_REQUIRE(tl::add_feature(3, 2).kind == tl::FeatureEdit::Kind::add);
  STATIC_REQUIRE(tl::scale_feature(3, 2).feature == 3);
  STATIC_REQUIRE(tl::project_feature(3, 2).value == 2);
}
