#pragma once
#include <cmath>
#include <cstdint>
#include <tl/core/error.hpp>
#include <tl/sae/check_sae.hpp>
#include <tl/sae/sae_tensors.hpp>

namespace TL_NAMESPACE {

TL_INLINE void check_sae(const SaeConfig& config, std::string_view what) {
  const auto refuse = [&](const auto&... why) { throw Error(what, " ", why...); };
  constexpr std::size_t widest = std::size_t{1} << 24;
  if (config.d_in == 0 || config.d_in > widest) refuse("has d_in ", config.d_in, ", where 1 to ", widest, " is read");
  if (config.d_sae == 0 || config.d_sae > widest)
    refuse("has d_sae ", config.d_sae, ", where 1 to ", widest, " is read");
  if (config.d_out == 0 || config.d_out > widest)
    refuse("has d_out ", config.d_out, ", where 1 to ", widest, " is read");
  if (!is_transcoder(config.architecture) && config.d_out != config.d_in)
    refuse("has d_out ", config.d_out, " and d_in ", config.d_in, ": only a transcoder has two widths");
  if (is_transcoder(config.architecture) && config.apply_b_dec_to_input)
    refuse("is a transcoder with apply_b_dec_to_input, but its b_dec belongs to another hook point than its input");
  if (config.architecture == SaeArchitecture::topk && (config.k == 0 || config.k > config.d_sae))
    refuse("is topk with k = ", config.k, ", where 1 to its d_sae, ", config.d_sae, ", is possible");
  if (config.architecture != SaeArchitecture::topk && config.rescale_acts_by_decoder_norm)
    refuse("has rescale_acts_by_decoder_norm, which only topk computes, and is ", name(config.architecture));
  if (config.normalisation == SaeNormalisation::layer_norm && config.d_in < 2)
    refuse("normalises by layer_norm, and one number has no standard deviation");
}

TL_INLINE void check_sae(const SaeConfig& config, const SaeWeights& weights, std::string_view what) {
  check_sae(config, what);
  for_each_tensor(config, weights, [&](std::string_view name, std::span<const std::size_t> shape, const auto& values) {
    std::size_t size = 1;
    for (const std::size_t extent : shape) size *= extent;
    if (values.size() != size)
      throw Error(what, " has ", values.size(), " numbers in ", name, ", where its configuration says ", size);
    for (const float value : values)
      if (!std::isfinite(value)) throw Error(what, " has a number in ", name, " that is not finite");
  });
}

}  // namespace TL_NAMESPACE
