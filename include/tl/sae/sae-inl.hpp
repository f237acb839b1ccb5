#pragma once
#include <tl/hooks/name.hpp>
#include <tl/sae/sae.hpp>

namespace TL_NAMESPACE::detail {

TL_INLINE std::string sae_difference(const SaeConfig& config, std::string_view site, std::size_t d_in,
                                     std::size_t d_sae, SaeArchitecture architecture, std::size_t k,
                                     SaeNormalisation normalisation, Basis basis) {
  std::string text;
  const auto compare = [&](std::string_view what, const std::string& found, const std::string& expected) {
    if (found == expected) return;
    if (!text.empty()) text += ", ";
    text.append(what).append(" ").append(found).append(" against ").append(expected);
  };
  compare("hook point", config.site.hook_name, std::string(site));
  compare("d_in", std::to_string(config.d_in), std::to_string(d_in));
  compare("d_sae", std::to_string(config.d_sae), std::to_string(d_sae));
  compare("architecture", std::string(name(config.architecture)), std::string(name(architecture)));
  if (config.architecture == architecture) compare("k", std::to_string(config.k), std::to_string(k));
  compare("normalisation", std::string(name(config.normalisation)), std::string(name(normalisation)));
  // Elsewhere the bases are one.
  if (const HookRef ref = resolve(site); ref.known && is_residual(ref.point))
    compare("residual basis", std::string(name(config.site.center_writing_weights ? Basis::centred : Basis::raw)),
            std::string(name(basis)));
  return text;
}

}  // namespace TL_NAMESPACE::detail
