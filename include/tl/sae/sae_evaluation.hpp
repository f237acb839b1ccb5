#pragma once
// How good an SAE is over a text: how sparse, how much of the values it keeps, and what the model loses where its
// reconstruction takes their place; zero and mean ablation beside it.
#include <cstddef>
#include <span>
#include <tl/sae/activation_moments.hpp>
#include <tl/sae/dynamic_sae.hpp>
#include <tl/sae/feature_activity.hpp>
#include <tl/sae/reconstruction_quality.hpp>
#include <tl/sae/splice.hpp>
#include <utility>
#include <vector>

namespace TL_NAMESPACE {

struct SaeEvaluation {
  FeatureActivity activity;  // L0, densities, dead features
  double cross_entropy;      // of the model as it is, nats
  ReconstructionQuality sae, zero, mean;
  std::vector<ReconstructionQuality> others;  // of further reconstructions, as given
};

// Over documents (a BOS and a text each), position 0 neither replaced nor counted unless the options say so; the mean
// is that of the same positions. Throws Error where the SAE cannot be spliced into the model (check_splice) or is of
// one head, and as compare_reconstructions does.
template <Config C, StorageType S, Basis B, StorageType SaeStorage>
SaeEvaluation evaluate_sae(const Gpt2<C, S, B>& model, const DynamicSae<SaeStorage>& sae,
                           std::span<const std::vector<Token>> documents, std::vector<Reconstruct> others = {},
                           const ReconstructionOptions& options = {}, RunOptions run = {}) {
  const SaeConfig& config = sae.config();
  const std::string& hook_name = config.site.hook_name;
  check_splice(config, model.config(), B);
  if (is_transcoder(config.architecture))
    throw Error("a transcoder says what is at `", config.site.hook_name_out, "` from what is at `", hook_name,
                "`, and what is evaluated here has one hook point");
  if (config.site.hook_head_index)
    throw Error("the SAE at `", hook_name, "` is of one head, and rows there are of all");
  FeatureActivity activity(config.d_sae);
  others.insert(
      others.begin(),
      {[&](std::span<float> rows, int threads) {
         const Encoded encoded = sae.encode(SaeRows(rows.data(), rows.size() / config.d_in, config.d_in), {threads});
         for (std::size_t row = 0; row != encoded.features.rows(); ++row)
           activity.add(encoded.features.indices_of(row), encoded.features.values_of(row), 0, row);
         sae.decode(encoded, rows.data(), {threads});
       },
       [](std::span<float> rows, int) { std::fill(rows.begin(), rows.end(), 0.f); },
       mean_reconstruction(activation_moments(model, hook_name, documents, options.first_position, run).mean())});
  const ReconstructionComparison found = compare_reconstructions(model, hook_name, documents, others, options, run);
  return {std::move(activity), found.cross_entropy, found.of[0],
          found.of[1],         found.of[2],         {found.of.begin() + 3, found.of.end()}};
}

}  // namespace TL_NAMESPACE
