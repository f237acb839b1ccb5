#pragma once
// The six hook points of an SAE, as SAELens names them: `blocks.5.hook_resid_pre.hook_sae_acts_post`.
#include <array>
#include <cstddef>
#include <string_view>
#include <tl/core/error.hpp>
#include <tl/core/namespace.hpp>

namespace TL_NAMESPACE {

// input: what is encoded, before normalisation and b_dec [d_in]. acts_pre, acts_post: features before and after the
// activation function [d_sae]. recons: f W_dec + b_dec, the normalisation not undone; error: what comes in less its
// reconstruction; output: the reconstruction [d_out].
enum class SaePoint { input, acts_pre, acts_post, recons, error, output };

inline constexpr std::array<std::string_view, 6> sae_point_names{"hook_sae_input",  "hook_sae_acts_pre",
                                                                 "hook_sae_acts_post", "hook_sae_recons",
                                                                 "hook_sae_error",  "hook_sae_output"};

constexpr std::string_view name(SaePoint point) { return sae_point_names[static_cast<std::size_t>(point)]; }

// The point of that name. Throws Error where there is none.
inline SaePoint sae_point(std::string_view written) {
  for (std::size_t i = 0; i != sae_point_names.size(); ++i)
    if (sae_point_names[i] == written) return static_cast<SaePoint>(i);
  throw Error("an SAE has no hook point `", written,
              "`: there are hook_sae_input, hook_sae_acts_pre, hook_sae_acts_post, hook_sae_recons, hook_sae_error and "
              "hook_sae_output");
}

}  // namespace TL_NAMESPACE
