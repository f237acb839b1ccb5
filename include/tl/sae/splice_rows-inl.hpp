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
SplicedChange spliced_change(const DynamicSae<S>& sae, const FeatureEdits& edits, bool error_term, SaeRows x,
                             RunOptions options) {
  using Kind = FeatureEdit::Kind;
  const SaeConfig& config = sae.config();
  const std::size_t d = config.d_out;
  for (const FeatureEdit& edit : edits)
    if (edit.feature >= config.d_sae)
      throw Error("an edit names feature ", edit.feature, ", and this SAE has features 0 to ", config.d_sae - 1);
  SplicedChange change{error_term, {}, {}, {}};
  for (const FeatureEdit& edit : edits)
    if (edit.kind == Kind::project) change.projections.push_back(edit);
  if (x.rows == 0 || (error_term && edits.empty())) return change;

  detail::EditedFeatures edited(edits);
  // What is added to a feature does not depend on its value, but where the row's scale multiplies it.
  const bool only_added = std::all_of(edits.begin(), edits.end(), [](const FeatureEdit& edit) {
    return edit.kind == Kind::add || edit.kind == Kind::project;
  });
  const bool scaled = config.normalisation == SaeNormalisation::layer_norm ||
                      config.normalisation == SaeNormalisation::constant_norm_rescale;
  Encoded encoded;
  const bool reads = !error_term || !only_added || (scaled && !edited.features.empty());
  if (reads) encoded = sae.encode(x, options);

  if (error_term && !edited.features.empty()) {
    change.scales.assign(x.rows, 0.f);
    change.values.resize(x.rows * d);
    std::vector<float> difference(edited.features.size());
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
      sae.sum_features(edited.features, difference, change.values.data() + r * d);
      change.scales[r] = encoded.scale.empty() ? 1.f : encoded.scale[r];
    }
  } else if (!error_term) {
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
    change.values.resize(x.rows * d);
    sae.decode(encoded, change.values.data(), options);
    sae.add_skip(x, change.values.data(), options);
  }
  return change;
}

template <StorageType S>
void apply_change(const DynamicSae<S>& sae, const SplicedChange& change, std::size_t first, SplicedRows y) {
  const std::size_t d = sae.config().d_out, head = sae.config().site.hook_head_index.value_or(0);
  if (sae.config().site.hook_head_index ? y.width % d != 0 || head >= y.width / d : y.width != d)
    throw Error("an SAE whose d_in is ", sae.config().d_in, " cannot be spliced in at `", y.at, "`, where a row has ",
                y.width);
  for (std::size_t r = 0; r != y.rows; ++r) {
    float* const row = y.data + head * d + r * y.width;
    const float* const values = change.values.data() + (first + r) * d;
    if (!change.adds) std::copy_n(values, d, row);
    else if (!change.scales.empty() && change.scales[first + r] != 0)
      kernels::add_scaled(change.scales[first + r], values, row, d, 1);
  }
  for (const FeatureEdit& edit : change.projections) {
    const std::vector<float> direction = sae.decoder_row(edit.feature);
    for (std::size_t r = 0; r != y.rows; ++r) detail::project(direction, edit.value, y.data + head * d + r * y.width);
  }
}

template <StorageType S>
void splice_rows(const DynamicSae<S>& sae, const FeatureEdits& edits, bool error_term, SplicedRows x,
                 RunOptions options) {
  const SaeConfig& config = sae.config();
  const std::size_t d = config.d_in, head = config.site.hook_head_index.value_or(0);
  if (is_transcoder(config.architecture))
    throw Error("a transcoder cannot be spliced in at `", x.at, "`: it reads at one hook point and writes at another");
  const SaeRows read(x.data + head * d, x.rows, std::min(d, x.width), x.width);
  apply_change(sae, spliced_change(sae, edits, error_term, read, options), 0, x);
}

#ifndef TL_HEADER_ONLY
#define TL_SPLICE_ROWS(S)                                                                                      \
  template SplicedChange spliced_change(const DynamicSae<S>&, const FeatureEdits&, bool, SaeRows, RunOptions); \
  template void apply_change(const DynamicSae<S>&, const SplicedChange&, std::size_t, SplicedRows);            \
  template void splice_rows(const DynamicSae<S>&, const FeatureEdits&, bool, SplicedRows, RunOptions);
TL_SPLICE_ROWS(float)
TL_SPLICE_ROWS(bf16)
#undef TL_SPLICE_ROWS
#endif

}  // namespace TL_NAMESPACE
