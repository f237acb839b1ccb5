#pragma once
// The end of linear.hpp's product: a panel's complete sums become the result while they are in the first-level cache.
#include <tl/kernels/activation-inl.hpp>
#include <tl/kernels/linear.hpp>
#include <tl/kernels/map-inl.hpp>

namespace TL_NAMESPACE::kernels::detail {

alignas(64) inline constexpr float zeros[panel_width] = {};

template <class Arch, StorageType S>
struct LinearProblem {
  LinearInput<S> x;
  PackedMatrix<S> w;
  const float* bias;
  LinearOutput out;
  Columns columns;

  // Where (row, column) lies in y, and in sum.
  std::size_t at(std::size_t row, std::size_t column) const {
    return column < out.part ? row * out.stride + column
                             : column / out.part * out.part_stride + row * out.stride + column % out.part;
  }
};

// The steps of a row and of a column as what they stand for, and the bias; `correction`: 128 times the sum of the row's
// steps, for a column's lie 128 above themselves.
template <class Arch>
struct Dequantise {
  simd::Integers<typename Arch::xsimd_arch> correction;
  simd::Vector<Arch> row_scale;

  template <class V>
  V operator()(V sum, V column_scale, V bias) const {
    using Integers = simd::Integers<typename Arch::xsimd_arch>;
    const V steps = simd::to_float(xsimd::bitwise_cast<Integers>(sum) - correction);
    return simd::fma(steps, simd::product(row_scale, column_scale), bias);
  }
};

// The sums of rows [row, row + rows), columns [column, column + count), complete in y, become the result.
template <class Arch, StorageType S>
void linear_finish(const LinearProblem<Arch, S>& p, std::size_t row, std::size_t rows, std::size_t column,
                   std::size_t count, float* y, std::size_t y_stride, float* sum, std::size_t sum_stride) {
  if constexpr (std::same_as<S, int8>) {
    using Integers = simd::Integers<typename Arch::xsimd_arch>;
    for (std::size_t r = 0; r != rows; ++r)
      map<Arch>(count, y + r * y_stride,
                Dequantise<Arch>{Integers(128 * p.x.sum[row + r]), simd::set<Arch>(p.x.scale[row + r])},
                y + r * y_stride, p.w.scale + column, p.bias != nullptr ? p.bias + column : zeros);
  }
  const auto activate = [&](auto f) {
    for (std::size_t r = 0; r != rows; ++r) map<Arch>(count, y + r * y_stride, f, y + r * y_stride);
  };
  switch (p.out.epilogue) {
    case Epilogue::none:
      return;
    case Epilogue::gelu_tanh:
      return activate(GeluTanh());
    case Epilogue::gelu_exact:
      return activate(GeluExact());
    case Epilogue::relu:
      return activate(Relu());
    case Epilogue::add:
      for (std::size_t r = 0; r != rows; ++r)
        map<Arch>(
            count, sum + r * sum_stride, [](auto u, auto v) { return u + v; }, sum + r * sum_stride, y + r * y_stride);
  }
}

}  // namespace TL_NAMESPACE::kernels::detail
