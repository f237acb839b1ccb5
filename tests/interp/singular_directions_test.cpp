#include <tl/interp/singular_directions.hpp>

#include "../catch.hpp"
#include "../model/small_models.hpp"
#include "dense_models.hpp"

using namespace tl;

namespace {
// Each vector has length 1, and the matrix, by rows [n, d_model], gives it as much length as its singular value says.
template <class Found>
void check(const Found& found, const DenseMatrix& matrix, std::size_t count) {
  REQUIRE(found.values.size() == count);
  REQUIRE(found.vectors.template extent<"direction">() == count);
  for (std::size_t i = 0; i != count; ++i) {
    DenseMatrix v{matrix.columns, 1};
    for (std::size_t m = 0; m != v.rows; ++m) v(m, 0) = static_cast<double>(found.vectors(i, m));
    CHECK(frobenius(v) == Approx(1));
    CHECK(frobenius(product(matrix, v)) == Approx(found.values[i]).epsilon(1e-5));
    if (i != 0) CHECK(found.values[i] <= found.values[i - 1]);
  }
  const auto whole = kernels::svd(matrix);
  CHECK(found.values[0] == Approx(whole.s[0]));
}
}  // namespace

TEST_CASE("singular directions are what heads write and MLPs read and write most") {
  const auto model = random_model<odd>();
  check(ov_directions(model, 1, 2, 4), ov_circuit(model, 1, 2).ab(), 4);
  check(ov_directions(model, 1, 2, 999), ov_circuit(model, 1, 2).ab(), 17);
  check(w_out_directions(model, 2, 5), dense_of(model.weights().W_out(2)), 5);
  DenseMatrix reads = transposed(dense_of(model.weights().W_in(2)));
  for (std::size_t i = 0; i != reads.rows; ++i)
    for (std::size_t m = 0; m != reads.columns; ++m)
      reads(i, m) *= static_cast<double>(model.weights().blocks[2].ln2.w[m]);
  check(w_in_directions(model, 2, 5), reads, 5);
}

TEST_CASE("a matrix that is not there has no directions") {
  const auto model = random_model<attention_only>();
  CHECK_THROWS_WITH(w_in_directions(model, 0, 1), "there is no MLP in layer 0 of this model");
  CHECK_THROWS_WITH(ov_directions(model, 2, 0, 1),
                    "there is no head 0 in layer 2: this model has layers 0 to 1 of heads 0 to 1");
}
