#pragma once
// A matrix to be drawn, with the names of its dimensions.
#include <concepts>
#include <cstddef>
#include <string>
#include <tl/core/error.hpp>
#include <tl/core/tensor.hpp>
#include <type_traits>
#include <utility>
#include <vector>

namespace TL_NAMESPACE::report {

struct Grid {
  std::string row_axis, column_axis;
  std::size_t rows, columns;
  std::vector<float> values;  // row-major, a copy

  // Throws Error where there are not rows x columns values.
  Grid(std::string row_name, std::string column_name, std::size_t row_count, std::size_t column_count,
       std::vector<float> elements)
      : row_axis(std::move(row_name)),
        column_axis(std::move(column_name)),
        rows(row_count),
        columns(column_count),
        values(std::move(elements)) {
    if (values.size() != rows * columns)
      throw Error("a grid of ", rows, " x ", columns, " cells cannot have ", values.size(), " values");
  }
  // The dimensions' names are the axes'.
  template <class T, class Row, class Column>
  requires std::convertible_to<T, float> Grid(TensorView<T, Row, Column> view)
      : Grid(std::string(Row::name.view()), std::string(Column::name.view()), view.shape().extent(0),
             view.shape().extent(1), floats(view.values())) {}
  template <class T, class Row, class Column>
  Grid(const Tensor<T, Row, Column>& tensor) : Grid(tensor.view()) {}

 private:
  template <class T>
  static std::vector<float> floats(std::span<T> elements) {
    std::vector<float> copy;
    copy.reserve(elements.size());
    for (const auto element : elements) copy.push_back(static_cast<float>(element));
    return copy;
  }
};

}  // namespace TL_NAMESPACE::report
