#pragma once
// Rows of the residual stream with labels: what every decomposition gives. A stack keeps the LayerNorm that read the
// residual in that very run, so that no scale of another run can be applied to it (linear_ln, lens_ln).
#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <tl/core/tensor.hpp>
#include <tl/interp/residual_input.hpp>
#include <tl/model/weights.hpp>
#include <vector>

namespace TL_NAMESPACE {

// [component, pos, d_model]; labels[i] names row i.
template <Config C>
using StackValues = Tensor<float, Dim<"component">, typename Dims<C>::pos, typename Dims<C>::d_model>;

// The LayerNorm that reads the stream; all empty where the model has none.
struct ReadingNorm {
  std::vector<float> scale;  // [pos], of the run
  std::vector<float> w, b;   // [d_model]
  float epsilon = 0;
};

template <Config C>
struct ResidualStack {
  std::vector<std::string> labels;
  StackValues<C> values;
  ReadingNorm norm;
};

namespace detail {

// What a decomposition wants captured besides its own rows.
inline void add_norm(std::vector<PointAt>& wanted, const ResidualInput& input, const Config& config) {
  if (config.norm != Norm::none) wanted.push_back(input.scale(config));
}
template <Config C, StorageType S>
ReadingNorm reading_norm(const Weights<C, S>& weights, const PointCaptures& captures, const ResidualInput& input,
                         const Config& config) {
  if (config.norm == Norm::none) return {};
  const NormWeights& norm = input.layer == config.n_layer ? weights.ln_final
                            : input.mlp_input             ? weights.blocks[input.layer].ln2
                                                          : weights.blocks[input.layer].ln1;
  const float* scale = captures.at(input.scale(config));
  return {{scale, scale + captures.positions()},
          {norm.w, norm.w + config.d_model},
          {norm.b, norm.b + config.d_model},
          config.layer_norm_epsilon};
}

// A stack that is filled row by row.
template <Config C>
class StackBuilder {
 public:
  StackBuilder(std::size_t components, std::size_t positions, const Config& config)
      : stack_{{}, StackValues<C>(StackValues<C>::shape_type::of({components, positions, config.d_model})), {}} {}

  // The next row, [pos, d_model], to be written.
  float* add(std::string label) {
    const std::size_t row = stack_.labels.size();
    stack_.labels.push_back(std::move(label));
    return stack_.values(row).data();
  }
  void add(std::string label, const float* row) {
    const std::size_t size = stack_.values.size() / stack_.values.template extent<"component">();
    std::copy_n(row, size, add(std::move(label)));
  }
  // The next row: `whole` [pos, d_model] less all rows before.
  void add_remainder(const float* whole) {
    const auto before = static_cast<const StackValues<C>&>(stack_.values).view();
    const std::size_t rows = stack_.labels.size();
    add("remainder", whole);
    const auto remainder = stack_.values(rows).values();
    for (std::size_t row = 0; row != rows; ++row) {
      const auto values = before(row).values();
      for (std::size_t i = 0; i != remainder.size(); ++i) remainder[i] -= values[i];
    }
  }
  ResidualStack<C> finish(ReadingNorm norm) && {
    stack_.norm = std::move(norm);
    return std::move(stack_);
  }

 private:
  ResidualStack<C> stack_;
};

}  // namespace detail

}  // namespace TL_NAMESPACE
