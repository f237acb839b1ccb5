// expect: tl: these factored matrices have no product: the right dimension of the first is not the left one of the second
#include <tl/interp/factored_matrix.hpp>

using Model = tl::Dim<"d_model", 768>;
using Head = tl::Dim<"d_head", 64>;
using Mlp = tl::Dim<"d_mlp", 3072>;

auto composed(const tl::FactoredMatrix<Model, Head, Model>& ov, const tl::FactoredMatrix<TL_WRONG(Mlp, Model), Head, Model>& qk) {
  return ov * qk;
}
