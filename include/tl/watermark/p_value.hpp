#pragma once
// How surprising a number of green tokens is in a text that knows nothing of the key.
#include <cstddef>
#include <tl/core/namespace.hpp>

namespace TL_NAMESPACE {

// P(X >= green) of X binomial with `scored` trials of probability gamma: I_gamma(green, scored - green + 1), the
// regularised incomplete beta function (Fernandez et al., "Three bricks to consolidate watermarks for large language
// models", 2023). Below 1e-308 it is 0. Throws Error unless green <= scored and 0 < gamma < 1.
double green_p_value(std::size_t green, std::size_t scored, double gamma);

// P(X > green) + u P(X = green), u uniform in [0, 1): exactly uniform where no watermark is, which the discrete one is
// not.
double randomized_green_p_value(std::size_t green, std::size_t scored, double gamma, double u);

// (green - gamma scored) / sqrt(scored gamma (1 - gamma)); 0 where nothing is scored.
double green_z(std::size_t green, std::size_t scored, double gamma);

// P(Z >= z) of a standard normal: the level of a threshold z*.
double normal_p_value(double z);

}  // namespace TL_NAMESPACE

#ifdef TL_HEADER_ONLY
#include <tl/watermark/p_value-inl.hpp>
#endif
