#pragma once
// What the tests of decompositions ask of a stack.
#include <cmath>
#include <string>
#include <tl/interp/residual_stack.hpp>
#include "../model/small_models.hpp"

// The sum of all rows, [pos * d_model].
template <class Values>
std::vector<double> sum_of_rows(const Values& values) {
  const std::size_t rows = values.template extent<"component">();
  std::vector<double> sum(values.size() / rows);
  for (std::size_t row = 0; row != rows; ++row)
    for (std::size_t i = 0; i != sum.size(); ++i) sum[i] += static_cast<double>(values(row).data()[i]);
  return sum;
}

// The largest difference, relative to the largest of `expected`.
template <class A, class B>
double relative_difference(const A& found, const B& expected) {
  double worst = found.size() == expected.size() ? 0 : 1e9, largest = 0;
  for (std::size_t i = 0; i != expected.size() && i < found.size(); ++i) {
    worst = std::max(worst, std::abs(static_cast<double>(found.data()[i]) - static_cast<double>(expected.data()[i])));
    largest = std::max(largest, std::abs(static_cast<double>(expected.data()[i])));
  }
  return worst / largest;
}

// The row of that label.
template <class Stack>
auto row_named(const Stack& stack, const std::string& label) {
  const auto place = std::find(stack.labels.begin(), stack.labels.end(), label);
  if (place == stack.labels.end()) throw tl::Error("no row ", label);
  return stack.values(static_cast<std::size_t>(place - stack.labels.begin()));
}
