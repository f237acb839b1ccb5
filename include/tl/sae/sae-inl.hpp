#pragma once
#include <tl/hooks/name.hpp>
#include <tl/sae/sae.hpp>

namespace TL_NAMESPACE::detail {

TL_INLINE const SaeConfig& require_same(const SaeConfig& config, const SaeConfig& expected) {
  std::string text;
  const auto compare = [&](std::string_view what, const std::string& found, const std::string& wanted) {
    if (found == wanted) return;
    if (!text.empty()) text += ", ";
    text.append(what).append(" ").append(found).append(" against ").append(wanted);
  };
  const bool transcodes = is_transcoder(expected.architecture);
  compare("hook point", config.site.hook_name, expected.site.hook_name);
  if (transcodes)
    compare("hook point of what is reconstructed", config.site.hook_name_out, expected.site.hook_name_out);
  compare("d_in", std::to_string(config.d_in), std::to_string(expected.d_in));
  compare("d_sae", std::to_string(config.d_sae), std::to_string(expected.d_sae));
  compare("architecture", std::string(name(config.architecture)), std::string(name(expected.architecture)));
  if (config.architecture == expected.architecture) {
    compare("k", std::to_string(config.k), std::to_string(expected.k));
    if (transcodes) compare("d_out", std::to_string(config.d_out), std::to_string(expected.d_out));
  }
  compare("normalisation", std::string(name(config.normalisation)), std::string(name(expected.normalisation)));
  // Elsewhere the bases are one.
  const auto in_residual = [](const std::string& site) {
    const HookRef ref = resolve(site);
    return ref.known && is_residual(ref.point);
  };
  if (in_residual(expected.site.hook_name) || (transcodes && in_residual(expected.site.hook_name_out)))
    compare("residual basis", std::string(name(config.site.center_writing_weights ? Basis::centred : Basis::raw)),
            std::string(name(expected.site.center_writing_weights ? Basis::centred : Basis::raw)));
  if (!text.empty()) throw Error("the SAE is not the one of the program's type: ", text);
  return config;
}

}  // namespace TL_NAMESPACE::detail
