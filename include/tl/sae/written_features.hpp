#pragma once
// What features write to the residual stream: their decoder rows, taken there where the SAE's site is not of it.
#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <tl/interp/written_directions.hpp>
#include <tl/sae/sae_config.hpp>
#include <vector>

namespace TL_NAMESPACE {

// The point that decoded rows are of: a transcoder's is another than the one it reads.
inline const std::string& decoded_point(const SaeSite& site) {
  return site.hook_name_out.empty() ? site.hook_name : site.hook_name_out;
}

// Rows of W_dec [d_sae, d_out] of these features as written_directions has them, [feature, d_model]; of an SAE of one
// head, with that head's part of W_O. Throws Error where the site has no such way.
template <Config C, StorageType S, Basis B>
auto written_features(const Gpt2<C, S, B>& model, const SaeConfig& sae, std::span<const float> W_dec,
                      std::span<const std::size_t> features, RunOptions run = {}) {
  const std::string& point = decoded_point(sae.site);
  const std::size_t width = row_width(resolve_or_throw(point, model.config().n_layer).point, model.config());
  const std::size_t offset = sae.site.hook_head_index.value_or(0) * sae.d_out;
  if (offset + sae.d_out > width)
    throw Error("a decoder row of ", sae.d_out, " elements is none of `", point, "`, which has ", width);
  std::vector<float> rows(features.size() * width);
  for (std::size_t i = 0; i != features.size(); ++i)
    std::copy_n(W_dec.data() + features[i] * sae.d_out, sae.d_out, rows.data() + i * width + offset);
  return written_directions(model, point, rows, run);
}

}  // namespace TL_NAMESPACE
