#include <tl/sae/sparse_features.hpp>

#include "../catch.hpp"

TEST_CASE("sparse features begin without rows, and are seen as sparse rows") {
  tl::SparseFeatures features;
  CHECK(features.rows() == 0);
  features.row_starts = {0, 2, 2};
  features.indices = {1, 4};
  features.values = {.5f, 2};
  CHECK(features.rows() == 2);
  CHECK(features.entries() == 2);
  CHECK(features.view().columns[1] == 4);
  CHECK(features.view().rows == 2);
}

TEST_CASE("features of a row, one of them, and all of them") {
  tl::SparseFeatures features;
  features.d_sae = 5;
  features.row_starts = {0, 2, 2};
  features.indices = {1, 4};
  features.values = {2, -3};
  REQUIRE(features.indices_of(0).size() == 2);
  REQUIRE(features.values_of(1).empty());
  REQUIRE(features(0, 4) == -3);
  REQUIRE(features(0, 3) == 0);
  REQUIRE(features(1, 4) == 0);
  const auto dense = features.dense();
  REQUIRE(std::vector<float>(dense.values().begin(), dense.values().end()) ==
          std::vector<float>{0, 2, 0, 0, -3, 0, 0, 0, 0, 0});
}
