#pragma once
#include <algorithm>
#include <cmath>
#include <tl/core/error.hpp>
#include <tl/kernels/elementwise.hpp>
#include <tl/sae/splice_rows.hpp>

namespace TL_NAMESPACE {

namespace detail {

// The edited features of a row, ascending, each once: before and after.
struct EditedFeatures {
  std::vector<std::uint32_t> features;
  std::vector<float> before, after;

  explicit EditedFeatures(const FeatureEdits& edits) {
    for (const FeatureEdit& edit : edits)
      if (edit.kind != FeatureEdit::Kind::project) features.push_back(edit.feature);
    std::sort(features.begin(), features.end());
    features.erase(std::unique(features.begin(), features.end()), features.end());
    before.resize(features.size());
    after.resize(features.size());
  }
  void edit(const FeatureEdits& edits) {
    after = before;
    for (const FeatureEdit& edit : edits) {
      if (edit.kind == FeatureEdit::Kind::project) continue;
      const auto found = std::lower_bound(features.begin(), features.end(), edit.feature);
      float& value = after[static_cast<std::size_t>(found - features.begin())];
      if (edit.kind == FeatureEdit::Kind::add) value += edit.value;
      else if (edit.kind == FeatureEdit::Kind::clamp) value = edit.value;
      else value *= edit.value;
    }
  }
};

// A row's features with the edited ones in their places.
inline void append_edited(const SparseFeatures& from, std::size_t row, const EditedFeatures& edited,
                          SparseFeatures& to) {
  const auto indices = from.indices_of(row);
  const auto values = from.values_of(row);
  std::size_t i = 0, e = 0;
  const auto append = [&](std::uint32_t feature, float value) {
    if (value == 0) return;
    to.indices.push_back(feature);
    to.values.push_back(value);
  };
  while (i != indices.size() || e != edited.features.size()) {
    if (e == edited.features.size() || (i != indices.size() && indices[i] < edited.features[e])) {
      append(indices[i], values[i]);
      ++i;
    } else {
      if (i != indices.size() && indices[i] == edited.features[e]) ++i;
      append(edited.features[e], edited.after[e]);
      ++e;
    }
  }
  to.row_starts.push_back(to.indices.size());
}

// The component of x along u becomes `value`.
inline void project(std::span<const float> u, float value, float* x) {
  double dot = 0, norm = 0;
  for (std::size_t c = 0; c != u.size(); ++c) {
    dot += static_cast<double>(x[c]) * static_cast<double>(u[c]);
    norm += static_cast<double>(u[c]) * static_cast<double>(u[c]);
  }
  if (norm == 0) return;
  const auto step = static_cast<float>((static_cast<double>(value) - dot / std::sqrt(norm)) / std::sqrt(norm));
  kernels::add_scaled(step, u.data(), x, u.size(), 1);
}

}  // namespace detail

template <StorageType S>
void splice_rows(const DynamicSae<S>& sae, const FeatureEdits& edits, bool error_term, SplicedRows x,
                 RunOptions options) {
  using Kind = FeatureEdit::Kind;
  const SaeConfig& config = sae.config();
  const std::size_t d = config.d_in, head = config.site.hook_head_index.value_or(0);
  if (is_transcoder(config.architecture))
    throw Error("a transcoder cannot be spliced in at `", x.at, "`: it reads at one hook point and writes at another");
  if (config.site.hook_head_index ? x.width % d != 0 || head >= x.width / d : x.width != d)
    throw Error("an SAE whose d_in is ", d, " cannot be spliced in at `", x.at, "`, where a row has ", x.width);
  for (const FeatureEdit& edit : edits)
    if (edit.feature >= config.d_sae)
      throw Error("an edit names feature ", edit.feature, ", and this SAE has features 0 to ", config.d_sae - 1);
  if (x.rows == 0 || (error_term && edits.empty())) return;

  detail::EditedFeatures edited(edits);
  const SaeRows rows(x.data + head * d, x.rows, d, x.width);
  const auto row = [&](std::size_t r) { return x.data + head * d + r * x.width; };
  // What is added to a feature does not depend on its value, but where the row's scale multiplies it.
  const bool only_added = std::all_of(edits.begin(), edits.end(), [](const FeatureEdit& edit) {
    return edit.kind == Kind::add || edit.kind == Kind::project;
  });
  const bool scaled = config.normalisation == SaeNormalisation::layer_norm ||
                      config.normalisation == SaeNormalisation::constant_norm_rescale;
  Encoded encoded;
  const bool reads = !error_term || !only_added || (scaled && !edited.features.empty());
  if (reads) encoded = sae.encode(rows, options);

  if (error_term) {
    std::vector<float> difference(edited.features.size()), delta(d);
    for (std::size_t r = 0; r != x.rows; ++r) {
      for (std::size_t i = 0; i != edited.features.size() && reads; ++i)
        edited.before[i] = encoded.features(r, edited.features[i]);
      edited.edit(edits);
      bool changes = false;
      for (std::size_t i = 0; i != difference.size(); ++i) {
        difference[i] = edited.after[i] - edited.before[i];
        changes = changes || !(difference[i] == 0);
      }
      if (!changes) continue;
      sae.sum_features(edited.features, difference, delta.data());
      kernels::add_scaled(encoded.scale.empty() ? 1.f : encoded.scale[r], delta.data(), row(r), d, 1);
    }
  } else {
    if (!edited.features.empty()) {
      SparseFeatures features;
      features.d_sae = config.d_sae;
      for (std::size_t r = 0; r != x.rows; ++r) {
        for (std::size_t i = 0; i != edited.features.size(); ++i)
          edited.before[i] = encoded.features(r, edited.features[i]);
        edited.edit(edits);
        detail::append_edited(encoded.features, r, edited, features);
      }
      encoded.features = std::move(features);
    }
    const auto decoded = sae.decode(encoded, options);
    for (std::size_t r = 0; r != x.rows; ++r) std::copy_n(&decoded(r, 0), d, row(r));
  }
  for (const FeatureEdit& edit : edits) {
    if (edit.kind != Kind::project) continue;
    const std::vector<float> direction = sae.decoder_row(edit.feature);
    for (std::size_t r = 0; r != x.rows; ++r) detail::project(direction, edit.value, row(r));
  }
}

#ifndef TL_HEADER_ONLY
template void splice_rows(const DynamicSae<float>&, const FeatureEdits&, bool, SplicedRows, RunOptions);
template void splice_rows(const DynamicSae<bf16>&, const FeatureEdits&, bool, SplicedRows, RunOptions);
#endif

}  // namespace TL_NAMESPACE
