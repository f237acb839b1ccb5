// expect: tl: a matrix has eigenvalues where it maps a space to itself: Left is not Right
#include <tl/interp/factored_matrix.hpp>

using Model = tl::Dim<"d_model", 768>;
using Head = tl::Dim<"d_head", 64>;
using Vocab = tl::Dim<"d_vocab", 50257>;

auto values(const tl::FactoredMatrix<Model, Head, TL_WRONG(Vocab, Model)>& circuit) { return circuit.eigenvalues(); }
