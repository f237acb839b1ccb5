#pragma once
// Weights as whole matrices, to compute plainly what the library computes from factors.
#include <cmath>
#include <string>
#include <tl/kernels/dense.hpp>
#include <tl/model/gpt2.hpp>
#include <vector>

using tl::kernels::DenseMatrix;

template <class Tensor>
DenseMatrix dense_of(const Tensor& view) {
  const auto extents = view.shape().extents();
  return {extents[0], extents[1], {view.data(), view.data() + view.size()}};
}

template <class Model>
DenseMatrix w_e_of(const Model& model) {
  DenseMatrix w_e{model.config().d_vocab, model.config().d_model};
  for (std::size_t token = 0; token != w_e.rows; ++token) {
    const auto row = model.weights().W_E(token);
    for (std::size_t i = 0; i != w_e.columns; ++i) w_e(token, i) = static_cast<double>(row(i));
  }
  return w_e;
}

inline double frobenius(const DenseMatrix& a) {
  double sum = 0;
  for (const double x : a.values) sum += x * x;
  return std::sqrt(sum);
}

inline double largest_difference(const DenseMatrix& a, const DenseMatrix& b) {
  if (a.rows != b.rows || a.columns != b.columns) return INFINITY;
  double worst = 0;
  for (std::size_t i = 0; i != a.values.size(); ++i) worst = std::max(worst, std::abs(a.values[i] - b.values[i]));
  return worst;
}

// What the Error says that the call throws; empty where it throws none.
inline std::string message_of(const auto& call) {
  try {
    call();
  } catch (const tl::Error& error) {
    return error.what();
  }
  return {};
}
