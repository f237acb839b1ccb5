#pragma once
// The tensors that an SAE of a configuration has, by SAELens' names.
#include <array>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <string_view>
#include <tl/sae/sae_config.hpp>

namespace TL_NAMESPACE {

// f(name, shape, values) for each: shape a std::span<const std::size_t>, values the member of `weights` (SaeWeights,
// const or not, or a type with the same members), which may be of any size.
template <class Weights, class F>
void for_each_tensor(const SaeConfig& config, Weights& weights, F&& f) {
  const auto give = [&](std::string_view name, std::initializer_list<std::size_t> shape, auto& values) {
    f(name, std::span<const std::size_t>(shape.begin(), shape.size()), values);
  };
  using enum SaeArchitecture;
  const std::size_t d_sae = config.d_sae;
  give("W_enc", {config.d_in, d_sae}, weights.W_enc);
  give("W_dec", {d_sae, config.d_out}, weights.W_dec);
  if (config.architecture != gated) give("b_enc", {d_sae}, weights.b_enc);
  give("b_dec", {config.d_out}, weights.b_dec);
  if (config.architecture == jumprelu) give("threshold", {d_sae}, weights.threshold);
  if (config.architecture == gated) {
    give("b_gate", {d_sae}, weights.b_gate);
    give("b_mag", {d_sae}, weights.b_mag);
    give("r_mag", {d_sae}, weights.r_mag);
  }
  if (config.architecture == skip_transcoder) give("W_skip", {config.d_out, config.d_in}, weights.W_skip);
}

}  // namespace TL_NAMESPACE
