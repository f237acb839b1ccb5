#pragma once
// What a run of a sweep costs where only that is computed which its edit can change.
#include <cstddef>
#include <tl/model/config.hpp>

namespace TL_NAMESPACE {

// Floating point operations, two for each multiply-add of linear layers and attention, of a run that differs from a
// base run of `length` tokens from `layer` and position `first` on, and of which the last logits are asked: all rows
// from `first` on in the layers from `layer` on, but of the last layer, behind its queries, keys and values, the last
// row only. Logits are not counted: of a chosen token there are 2 d_model.
constexpr double cell_flops(const Config& config, std::size_t layer, std::size_t first, std::size_t length) {
  const auto real = [](std::size_t n) { return static_cast<double>(n); };
  const double d = real(config.d_model), width = real(config.n_head * config.d_head);
  const double qkv = 6 * d * width, rest = 2 * d * width + 4 * d * real(config.d_mlp), each_key = 4 * width;
  const double rows = real(length - first), keys = rows * (real(first) + real(length) + 1) / 2;
  const double whole_layers = real(config.n_layer - 1 - layer);
  return whole_layers * (rows * (qkv + rest) + keys * each_key) + rows * qkv + rest + real(length) * each_key;
}

}  // namespace TL_NAMESPACE
