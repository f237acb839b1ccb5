#pragma once
// What everything that takes an SAE's configuration and tensors may rely on.
#include <string_view>
#include <tl/sae/sae_config.hpp>
#include <tl/sae/sae_weights.hpp>

namespace TL_NAMESPACE {

// Throws Error, beginning with `what` ("the SAE in 'folder'"), where the configuration contradicts itself: a width of
// 0, k outside [1, d_sae], a d_out that is not d_in where nothing is transcoded, an option that the architecture lacks.
void check_sae(const SaeConfig& config, std::string_view what = "the SAE");
// The same, and where a tensor has another size than the configuration says or holds a number that is not finite.
void check_sae(const SaeConfig& config, const SaeWeights& weights, std::string_view what = "the SAE");

}  // namespace TL_NAMESPACE

#ifdef TL_HEADER_ONLY
#include <tl/sae/check_sae-inl.hpp>
#endif
