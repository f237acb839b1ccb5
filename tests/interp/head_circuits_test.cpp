#include <tl/interp/head_circuits.hpp>

#include "../catch.hpp"
#include "../model/small_models.hpp"
#include "dense_models.hpp"

using namespace tl;

TEST_CASE("circuits are TransformerLens' products of a head's weights") {
  const auto model = random_model<odd>();
  const auto& w = model.weights();
  for (const std::size_t head : {0u, 2u}) {
    const auto qk = qk_circuit(model, 1, head), ov = ov_circuit(model, 1, head);
    const auto w_q = w.W_Q(1), w_k = w.W_K(1), w_v = w.W_V(1);
    const auto w_o = w.W_O(1);
    CHECK(largest_difference(qk.ab(), product(dense_of(w_q(head)), transposed(dense_of(w_k(head))))) < 1e-12);
    CHECK(largest_difference(ov.ab(), product(dense_of(w_v(head)), dense_of(w_o(head)))) < 1e-12);
    STATIC_REQUIRE(std::is_same_v<std::remove_const_t<decltype(ov)>,
                                  FactoredMatrix<Dim<"d_model", 51>, Dim<"d_head", 17>, Dim<"d_model", 51>>>);
  }
}

TEST_CASE("a head that is not there is refused") {
  const auto model = random_model<odd>();
  CHECK_THROWS_WITH(qk_circuit(model, 3, 0),
                    "there is no head 0 in layer 3: this model has layers 0 to 2 of heads 0 to 2");
  CHECK_THROWS_WITH(ov_circuit(model, 2, 3),
                    "there is no head 3 in layer 2: this model has layers 0 to 2 of heads 0 to 2");
}
