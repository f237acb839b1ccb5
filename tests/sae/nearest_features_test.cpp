#include <tl/sae/nearest_features.hpp>

#include "../catch.hpp"

using namespace tl;

TEST_CASE("the rows most alike come first, whatever their length") {
  const std::vector<float> rows{1, 0, 3, 3, 0, 0, -2, 0, 10, 1, 0, 2};
  const auto near = nearest_features(rows, 2, 0, 3);
  REQUIRE(near.size() == 3);
  CHECK(near[0].feature == 4);
  CHECK(near[1].feature == 1);
  CHECK(near[1].cosine == Approx(std::sqrt(.5)));
  CHECK((near[2].feature == 2 && near[2].cosine == 0));  // zeros; the lower of two
  CHECK(nearest_features(rows, 2, 3, 99).size() == 5);
  CHECK(nearest_features(rows, 2, 3, 99).back().cosine == -1);
}
