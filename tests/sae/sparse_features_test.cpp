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
