#pragma once
// An SAE's features over texts, position by position: what every account of features goes over.
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <tl/hooks/dynamic_hooks.hpp>
#include <tl/model/gpt2.hpp>
#include <tl/sae/dynamic_sae.hpp>
#include <tl/sae/sae_place.hpp>
#include <vector>

namespace TL_NAMESPACE {

// One position: which document, which of its tokens, and the features active there.
struct FeaturePosition {
  std::size_t document, position;
  Token token;
  std::span<const std::uint32_t> features;
  std::span<const float> values;
};

struct FeatureStreamOptions {
  std::size_t first_position = 1;  // 1: the BOS is left out
  // Called after each document; false stops.
  std::function<bool(std::size_t done, std::size_t count)> progress{};
};

// visit(FeaturePosition) for every position, in order. The model runs as far as the SAE's point. Throws Error where the
// SAE is not of this model's points, widths and basis.
template <Config C, StorageType S, Basis B, StorageType SaeStorage, class Visit>
void stream_features(const Gpt2<C, S, B>& model, const DynamicSae<SaeStorage>& sae,
                     std::span<const std::vector<Token>> documents, Visit visit,
                     const FeatureStreamOptions& options = {}, RunOptions run = {}) {
  const SaeConfig& config = sae.config();
  sae_place(config, model.config(), B);
  for (std::size_t document = 0; document != documents.size(); ++document) {
    if (documents[document].size() > options.first_position) {
      DynamicHooks hooks;
      hooks.observe(
          config.site.hook_name,
          [&](const DynamicView& view, const Context& at) {
            const std::size_t width = view.size() / at.rows();
            const float* const x = view.data + config.site.hook_head_index.value_or(0) * config.d_in;
            const Encoded encoded = sae.encode(SaeRows(x, at.rows(), config.d_in, width), {at.threads});
            for (std::size_t row = 0; row != at.rows(); ++row)
              visit(FeaturePosition{document, at.position(row), at.token(row), encoded.features.indices_of(row),
                                    encoded.features.values_of(row)});
          },
          [&](std::size_t position, std::size_t) { return position >= options.first_position; });
      model.run(documents[document], run, hooks);
    }
    if (options.progress && !options.progress(document + 1, documents.size())) return;
  }
}

}  // namespace TL_NAMESPACE
