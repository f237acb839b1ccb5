#pragma once
// Rows and views made by hand, for policies to be called on without a model.
#include <cstddef>
#include <numeric>
#include <tl/core/tensor.hpp>
#include <tl/hooks/context.hpp>
#include <vector>

// Positions [first, first + count) of a sequence, as a session would number them.
inline std::vector<tl::Row> made_rows(std::size_t count, std::size_t prompt_length, std::size_t first = 0,
                                      std::size_t sequence = 0) {
  std::vector<tl::Row> rows;
  for (std::size_t position = first; position != first + count; ++position)
    rows.push_back({.token = static_cast<tl::Token>(100 + position),
                    .position = static_cast<std::uint32_t>(position),
                    .sequence = static_cast<std::uint32_t>(sequence),
                    .prompt_length = static_cast<std::uint32_t>(prompt_length),
                    .slot = static_cast<std::uint32_t>(position),
                    .step = 0,
                    .phase = position < prompt_length ? tl::Phase::prefill : tl::Phase::decode,
                    .kind = tl::RowKind::plain});
  return rows;
}

using Residual = tl::Tensor<float, tl::Dim<"row">, tl::Dim<"d_model", 4>>;
using Z = tl::Tensor<float, tl::Dim<"row">, tl::Dim<"head", 3>, tl::Dim<"d_head", 2>>;
using Pattern = tl::Tensor<float, tl::Dim<"head", 2>, tl::Dim<"key_pos">>;

// Element i is first + i.
template <class Tensor>
Tensor counted(std::size_t n, float first = 1) {
  Tensor tensor(n);
  std::iota(tensor.values().begin(), tensor.values().end(), first);
  return tensor;
}

template <class Tensor>
std::vector<float> values_of(const Tensor& tensor) {
  return {tensor.values().begin(), tensor.values().end()};
}
