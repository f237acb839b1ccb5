#pragma once
// A transcoder: like an SAE, but what its features say is another hook point than the one that it reads, an MLP's
// output from its input, say. Both points, the widths and the residual basis are in its type. SAELens' architectures
// transcoder and skip_transcoder.
#include <cstddef>
#include <tl/sae/sae.hpp>
#include <tl/sae/sae_place.hpp>
#include <utility>

namespace TL_NAMESPACE {

// linear: x W_skip^T is added to what the features say.
enum class SkipPath : bool { none, linear };

template <fixed_string SiteIn, fixed_string SiteOut, std::size_t DIn, std::size_t DSae, std::size_t DOut = DIn,
          SkipPath Skip = SkipPath::none, SaeNormalisation Normalisation = SaeNormalisation::none, Basis B = Basis::raw,
          StorageType Storage = float>
class Transcoder : public detail::SaeOfWidth<DIn, Storage> {
  using Base = detail::SaeOfWidth<DIn, Storage>;

  static_assert(ref_of<SiteIn>.layer != every_layer && ref_of<SiteOut>.layer != every_layer,
                "tl: a transcoder reads one layer and writes one: blocks.3.NAME");
  static_assert(info(ref_of<SiteIn>.point).shape != PointShape::head_key_pos &&
                    info(ref_of<SiteOut>.point).shape != PointShape::head_key_pos,
                "tl: scores and patterns have no transcoder: their width is the length of the past");
  static_assert(is_before(ref_of<SiteIn>, ref_of<SiteOut>),
                "tl: a transcoder reads a hook point that comes before the one it writes");

 public:
  static constexpr auto site_in = SiteIn, site_out = SiteOut;
  static constexpr std::size_t d_in = DIn, d_sae = DSae, d_out = DOut;
  static constexpr Basis basis = B;

  // Throws Error where check_sae() does, and where the configuration is not expected().
  Transcoder(const SaeConfig& config, const SaeWeights& weights, RunOptions options = {})
      : Base(detail::require_same(config, expected()), weights, options) {}

  // Row `feature` of W_dec, to steer with where the transcoder writes.
  auto direction(std::size_t feature) const {
    return detail::decoder_direction<SiteOut, B, DOut>(Base::dynamic_sae(), feature);
  }

  // What a configuration of this type says, and its folder must.
  static SaeConfig expected() {
    constexpr bool skips = Skip == SkipPath::linear;
    return {.architecture = skips ? SaeArchitecture::skip_transcoder : SaeArchitecture::transcoder,
            .d_in = DIn,
            .d_sae = DSae,
            .d_out = DOut,
            .apply_b_dec_to_input = false,
            .normalisation = Normalisation,
            .site = {.hook_name = std::string(SiteIn.view()),
                     .hook_name_out = std::string(SiteOut.view()),
                     .center_writing_weights = B == Basis::centred}};
  }
};

}  // namespace TL_NAMESPACE
