#pragma once
#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>
#include <tl/kernels/elementwise.hpp>
#include <tl/kernels/linear.hpp>
#include <tl/kernels/packed_matrix.hpp>
#include <tl/kernels/parallel.hpp>
#include <tl/sae/feature_products-inl.hpp>
#include <tl/sae/sae_loss.hpp>

namespace TL_NAMESPACE {

TL_INLINE SaeLoss::SaeLoss(const SaeConfig& config, const SaeObjective& objective, int threads)
    : config_(config),
      objective_(objective),
      threads_(std::max(1, threads)),
      products_(config.d_sae, threads_),
      parts_(objective.matryoshka_widths.size() + 2),
      active_rows_(config.d_sae),
      scratch_(static_cast<std::size_t>(threads_)) {
  check(objective, config);
}

TL_INLINE SaeLosses SaeLoss::operator()(const SaeParameters& parameters, const SaeBatch& batch, float sparsity,
                                        SaeParameters& gradients) {
  const std::size_t d_in = config_.d_in, d_sae = config_.d_sae, d_out = config_.d_out, rows = batch.rows;
  Step step{parameters, batch, sparsity, gradients};
  for (auto* tensor : gradients.tensors()) std::fill(tensor->begin(), tensor->end(), 0.f);
  std::fill(active_rows_.begin(), active_rows_.end(), 0u);
  input_sums_.assign(d_sae, 0.f);
  norm_gradient_.assign(d_sae, 0.f);
  norms_.resize(d_sae);
  kernels::row_dots(parameters.W_dec.data(), parameters.W_dec.data(), d_sae, d_out, norms_.data(), threads_);
  for (float& norm : norms_) norm = std::sqrt(norm);

  centred_.resize(rows * d_in);
  kernels::parallel_for(rows, threads_, [&](std::size_t r, int) {
    for (std::size_t i = 0; i != d_in; ++i)
      centred_[r * d_in + i] = batch.x[r * d_in + i] - (config_.apply_b_dec_to_input ? parameters.b_dec[i] : 0.f);
  });
  panels_.resize(kernels::packed_size(d_in, d_sae));
  kernels::pack(parameters.W_enc.data(), 1, d_in, d_in, d_sae, panels_.data(), nullptr, threads_);

  switch (objective_.kind) {
    case SaeObjectiveKind::standard:
      standard(step);
      break;
    case SaeObjectiveKind::gated:
      gated(step);
      break;
    case SaeObjectiveKind::jumprelu:
      jumprelu(step);
      break;
    default:
      top_k(step);
  }

  // The norm of a decoder row grows along it.
  kernels::parallel_for(d_sae, threads_, [&](std::size_t i, int) {
    if (norm_gradient_[i] == 0 || norms_[i] == 0) return;
    const float along = norm_gradient_[i] / norms_[i];
    for (std::size_t j = 0; j != d_out; ++j) gradients.W_dec[i * d_out + j] += along * parameters.W_dec[i * d_out + j];
  });
  if (config_.apply_b_dec_to_input) {
    for (float& sum : input_sums_) sum = -sum;
    products_.row_sum(input_sums_.data(), parameters.W_enc.data(), d_sae, d_in, gradients.b_dec.data());
  }

  SaeLosses& losses = step.losses;
  losses.loss = losses.mse + losses.inner_mse + losses.sparsity + losses.auxiliary;
  std::vector<float> mean(d_out);
  products_.row_sum(nullptr, step.target, rows, d_out, mean.data());
  for (float& value : mean) value /= static_cast<float>(rows);
  std::vector<double> spread(rows);
  kernels::parallel_for(rows, threads_, [&](std::size_t r, int) {
    for (std::size_t i = 0; i != d_out; ++i) {
      const auto off = static_cast<double>(step.target[r * d_out + i] - mean[i]);
      spread[r] += off * off;
    }
  });
  const double variance = std::accumulate(spread.begin(), spread.end(), 0.0) / static_cast<double>(rows);
  losses.explained_variance = 1 - losses.mse / variance;
  return losses;
}

// ------------------------------------------------------------------------------------------------ objectives

TL_INLINE void SaeLoss::standard(Step& step) {
  Part& part = parts_[0];
  for_encoded_rows(step, step.parameters.b_enc.data(), 1024,
                   [&](std::size_t rows) { collect(part, rows, [](std::size_t, float pre) { return pre > 0; }); });
  part.acts = part.entries.values;
  const double examples = static_cast<double>(step.batch.rows);
  step.losses.mse = reconstruct(step, part.entries, part) / examples;
  scale(part.error, 2 / examples);
  dots(step, part);

  const float each = step.sparsity / static_cast<float>(step.batch.rows);
  products_.by_feature(part.entries);
  products_.sums(part.acts.data(), norm_gradient_.data());
  for (std::size_t i = 0; i != config_.d_sae; ++i) {
    norm_gradient_[i] *= each;
    step.losses.sparsity += static_cast<double>(norm_gradient_[i]) * static_cast<double>(norms_[i]);
  }
  for (std::size_t e = 0; e != part.gradient.size(); ++e) part.gradient[e] += each * norms_[part.entries.indices[e]];
  count_active(step, part);
  add_decoder_gradient(step, part);
  add_encoder_gradient(step, part);
  products_.sums(part.gradient.data(), step.gradients.b_enc.data());
  products_.row_sum(nullptr, part.error.data(), step.batch.rows, config_.d_out, step.gradients.b_dec.data());
}

// h = s W_enc without a bias; pi = h + b_gate opens the gate, h e^r_mag + b_mag is the magnitude behind it.
TL_INLINE void SaeLoss::gated(Step& step) {
  const SaeParameters& p = step.parameters;
  Part &part = parts_[0], &via_gate = parts_[1];
  for_encoded_rows(step, nullptr, 1024, [&](std::size_t rows) {
    collect(part, rows, [&](std::size_t i, float h) { return h + p.b_gate[i] > 0; });
  });
  const SparseFeatures& entries = part.entries;
  const std::size_t count = entries.entries();
  std::vector<float> growth(config_.d_sae);
  for (std::size_t i = 0; i != growth.size(); ++i) growth[i] = std::exp(p.r_mag[i]);
  part.acts.resize(count), via_gate.acts.resize(count), via_gate.gradient.resize(count);
  for (std::size_t e = 0; e != count; ++e) {
    const std::uint32_t i = entries.indices[e];
    part.acts[e] = std::max(0.f, entries.values[e] * growth[i] + p.b_mag[i]);
    via_gate.acts[e] = entries.values[e] + p.b_gate[i];
  }
  const double examples = static_cast<double>(step.batch.rows);
  step.losses.mse = reconstruct(step, part.entries, part) / examples;
  step.losses.auxiliary = reconstruct(step, part.entries, via_gate) / examples;
  scale(part.error, 2 / examples), scale(via_gate.error, 2 / examples);
  dots(step, part);
  products_.dots(entries, via_gate.error.data(), p.W_dec.data(), config_.d_out, via_gate.gradient.data());

  const float each = step.sparsity / static_cast<float>(step.batch.rows);
  products_.by_feature(entries);
  products_.sums(via_gate.acts.data(), norm_gradient_.data());
  for (std::size_t i = 0; i != config_.d_sae; ++i) {
    norm_gradient_[i] *= each;
    step.losses.sparsity += static_cast<double>(norm_gradient_[i]) * static_cast<double>(norms_[i]);
  }
  count_active(step, part);
  add_decoder_gradient(step, part);
  products_.gradient(via_gate.acts.data(), via_gate.error.data(), config_.d_out, step.gradients.W_dec.data());
  std::vector<float> of_r_mag(count);
  for (std::size_t e = 0; e != count; ++e) {
    const std::uint32_t i = entries.indices[e];
    via_gate.gradient[e] += each * norms_[i];
    if (!(part.acts[e] > 0)) part.gradient[e] = 0;
    of_r_mag[e] = part.gradient[e] * entries.values[e] * growth[i];
  }
  products_.sums(via_gate.gradient.data(), step.gradients.b_gate.data());
  products_.sums(part.gradient.data(), step.gradients.b_mag.data());
  products_.sums(of_r_mag.data(), step.gradients.r_mag.data());
  for (std::size_t e = 0; e != count; ++e)
    part.gradient[e] = via_gate.gradient[e] + growth[entries.indices[e]] * part.gradient[e];
  add_encoder_gradient(step, part);
  for (const Part* either : {&part, &via_gate})
    products_.row_sum(nullptr, either->error.data(), step.batch.rows, config_.d_out, step.gradients.b_dec.data());
}

// A step's derivative is taken as 1 / bandwidth within half a bandwidth of its threshold.
TL_INLINE void SaeLoss::jumprelu(Step& step) {
  const AlignedVector<float>& threshold = step.parameters.threshold;
  const std::uint8_t* const dead = step.batch.dead;
  const float bandwidth = objective_.jumprelu_bandwidth, c = objective_.jumprelu_tanh_scale;
  const auto near_threshold = [&](std::size_t i, float pre) {
    const float off = (pre - threshold[i]) / bandwidth;
    return off > -.5f && off < .5f;
  };
  const bool lifts = objective_.pre_act_loss_coefficient > 0 && dead != nullptr;
  Part &part = parts_[0], &lifted = parts_[1];
  for_encoded_rows(step, step.parameters.b_enc.data(), 1024, [&](std::size_t rows) {
    collect(part, rows, [&](std::size_t i, float pre) { return pre > threshold[i] || near_threshold(i, pre); });
    if (lifts) collect(lifted, rows, [&](std::size_t i, float pre) { return dead[i] != 0 && pre < threshold[i]; });
  });
  const SparseFeatures& entries = part.entries;
  const std::size_t count = entries.entries();
  part.acts.resize(count);
  for (std::size_t e = 0; e != count; ++e)
    part.acts[e] = entries.values[e] > threshold[entries.indices[e]] ? entries.values[e] : 0.f;
  const double examples = static_cast<double>(step.batch.rows);
  step.losses.mse = reconstruct(step, part.entries, part) / examples;
  scale(part.error, 2 / examples);
  dots(step, part);
  count_active(step, part);

  const float each = step.sparsity / static_cast<float>(step.batch.rows);
  std::vector<float> to_threshold(count), to_norm(objective_.jumprelu_tanh ? count : 0);
  for (std::size_t e = 0; e != count; ++e) {
    const std::uint32_t i = entries.indices[e];
    const float pre = entries.values[e];
    const bool active = pre > threshold[i], band = near_threshold(i, pre);
    float of_step = 0;
    if (objective_.jumprelu_tanh) {
      const float bounded = std::tanh(c * part.acts[e] * norms_[i]), slope = each * c * (1 - bounded * bounded);
      step.losses.sparsity += static_cast<double>(each) * static_cast<double>(bounded);
      part.gradient[e] += slope * norms_[i];
      to_norm[e] = slope * part.acts[e];
    } else {
      if (active) step.losses.sparsity += static_cast<double>(each);
      if (band) of_step = each / bandwidth;
    }
    const float estimate = band ? threshold[i] / bandwidth * part.gradient[e] + of_step : 0.f;
    to_threshold[e] = -estimate;
    part.gradient[e] = (active ? part.gradient[e] : 0.f) + (objective_.jumprelu_ste_to_input ? estimate : 0.f);
  }
  products_.by_feature(entries);
  add_decoder_gradient(step, part);
  add_encoder_gradient(step, part);
  products_.sums(part.gradient.data(), step.gradients.b_enc.data());
  products_.sums(to_threshold.data(), step.gradients.threshold.data());
  if (objective_.jumprelu_tanh) products_.sums(to_norm.data(), norm_gradient_.data());
  products_.row_sum(nullptr, part.error.data(), step.batch.rows, config_.d_out, step.gradients.b_dec.data());

  if (!lifts || lifted.entries.entries() == 0) return;
  const float lift = objective_.pre_act_loss_coefficient / static_cast<float>(step.batch.rows);
  lifted.acts.resize(lifted.entries.entries()), lifted.gradient.resize(lifted.entries.entries());
  for (std::size_t e = 0; e != lifted.acts.size(); ++e) {
    const std::uint32_t i = lifted.entries.indices[e];
    lifted.acts[e] = lift * (threshold[i] - lifted.entries.values[e]);
    lifted.gradient[e] = lift * norms_[i];
    step.losses.auxiliary += static_cast<double>(lifted.acts[e]) * static_cast<double>(norms_[i]);
  }
  products_.by_feature(lifted.entries);
  products_.sums(lifted.acts.data(), norm_gradient_.data());
  products_.sums(lifted.gradient.data(), step.gradients.threshold.data());
  for (float& value : lifted.gradient) value = -value;
  add_encoder_gradient(step, lifted);
  products_.sums(lifted.gradient.data(), step.gradients.b_enc.data());
}

// topk, batchtopk and, with several parts, matryoshka_batchtopk: level l reconstructs from the features below its
// width.
TL_INLINE void SaeLoss::top_k(Step& step) {
  const std::size_t levels = objective_.matryoshka_widths.size() + 1;
  Part& auxiliary = parts_[levels];
  std::vector<std::uint32_t> dead;
  if (step.batch.dead != nullptr && objective_.aux_loss_coefficient > 0)
    for (std::size_t i = 0; i != config_.d_sae; ++i)
      if (step.batch.dead[i] != 0) dead.push_back(static_cast<std::uint32_t>(i));
  const std::size_t wanted = objective_.k_aux != 0 ? objective_.k_aux : std::max<std::size_t>(1, config_.d_out / 2);
  const bool of_batch = objective_.kind != SaeObjectiveKind::topk;
  const auto k = static_cast<std::size_t>(objective_.k);
  for_encoded_rows(step, step.parameters.b_enc.data(), of_batch ? step.batch.rows : 1024, [&](std::size_t rows) {
    if (of_batch) collect_greatest_of_all(step);
    else collect_greatest(parts_[0], rows, k, nullptr);
    if (!dead.empty()) collect_greatest(auxiliary, rows, std::min(wanted, dead.size()), &dead);
  });

  const double examples = static_cast<double>(step.batch.rows);
  for (std::size_t level = 0; level != levels; ++level) {
    Part& part = parts_[level];
    part.acts = part.entries.values;
    count_active(step, part);
    if (of_batch)
      for (std::size_t e = 0; e != part.acts.size(); ++e) {
        const float value = rank_of(part.entries.indices[e], part.acts[e]);
        if (step.losses.least_active == 0 || value < step.losses.least_active) step.losses.least_active = value;
      }
    part.error.resize(step.batch.rows * config_.d_out);
    const float* const start = level == 0 ? step.parameters.b_dec.data() : parts_[level - 1].error.data();
    products_.decode(part.entries, part.acts.data(), step.parameters.W_dec.data(), config_.d_out, start,
                     level == 0 ? 0 : config_.d_out, part.error.data());
  }
  for (std::size_t level = 0; level != levels; ++level) {
    const double square = subtract_target(step, parts_[level]) / examples;
    (level + 1 == levels ? step.losses.mse : step.losses.inner_mse) += square;
  }

  if (!dead.empty()) {
    // What the dead reconstruct is what is left, -error; no gradient passes to the living through that.
    const double weight = static_cast<double>(objective_.aux_loss_coefficient) *
                          std::min(1.0, static_cast<double>(dead.size()) / static_cast<double>(wanted));
    auxiliary.acts = auxiliary.entries.values;
    auxiliary.error = parts_[levels - 1].error;
    products_.decode(auxiliary.entries, auxiliary.acts.data(), step.parameters.W_dec.data(), config_.d_out,
                     auxiliary.error.data(), config_.d_out, auxiliary.error.data());
    step.losses.auxiliary = weight * square(auxiliary) / examples;
    scale(auxiliary.error, weight * 2 / examples);
  }
  for (std::size_t level = levels; level-- != 0;) {
    AlignedVector<float>& error = parts_[level].error;
    scale(error, 2 / examples);
    if (level + 1 != levels)
      kernels::add(error.data(), parts_[level + 1].error.data(), error.data(), error.size(), threads_);
  }
  products_.row_sum(nullptr, parts_[0].error.data(), step.batch.rows, config_.d_out, step.gradients.b_dec.data());
  for (std::size_t i = 0; i != levels + (dead.empty() ? 0 : 1); ++i) {
    Part& part = parts_[i];
    dots(step, part);
    products_.by_feature(part.entries);
    add_decoder_gradient(step, part);
    add_encoder_gradient(step, part);
    products_.sums(part.gradient.data(), step.gradients.b_enc.data());
  }
}

// ------------------------------------------------------------------------------------------------ selection

// f(rows) for so many rows after another, whose pre-activations are in pre_ [rows, d_sae] then.
template <class F>
void SaeLoss::for_encoded_rows(const Step& step, const float* bias, std::size_t most_rows, const F& f) {
  const std::size_t d_in = config_.d_in, d_sae = config_.d_sae;
  for (Part& part : parts_) {
    part.entries.d_sae = d_sae;
    part.entries.row_starts.assign(1, 0);
    part.entries.indices.clear(), part.entries.values.clear();
  }
  const kernels::PackedMatrix<float> w{panels_.data(), d_in, d_sae};
  pre_.resize(std::min(most_rows, step.batch.rows) * d_sae);
  for (std::size_t first = 0; first < step.batch.rows; first += most_rows) {
    const std::size_t rows = std::min(most_rows, step.batch.rows - first);
    kernels::linear(kernels::LinearInput<float>{centred_.data() + first * d_in, d_in, rows}, w, bias,
                    {pre_.data(), d_sae}, {}, threads_);
    f(rows);
  }
}

// Appends `rows` rows to the part: find(row of pre_, found, scratch) adds what it has.
template <class Find>
void SaeLoss::append(Part& part, std::size_t rows, const Find& find) {
  constexpr std::size_t rows_per_item = 16;
  const std::size_t items = (rows + rows_per_item - 1) / rows_per_item;
  found_.resize(std::max(found_.size(), items));
  kernels::parallel_for(items, threads_, [&](std::size_t item, int thread) {
    Found& found = found_[item];
    found.indices.clear(), found.values.clear(), found.ends.clear();
    for (std::size_t r = item * rows_per_item; r != std::min(rows, (item + 1) * rows_per_item); ++r) {
      find(pre_.data() + r * config_.d_sae, found, scratch_[static_cast<std::size_t>(thread)]);
      found.ends.push_back(found.indices.size());
    }
  });
  SparseFeatures& entries = part.entries;
  for (std::size_t item = 0; item != items; ++item) {
    const Found& found = found_[item];
    const std::size_t before = entries.indices.size();
    entries.indices.insert(entries.indices.end(), found.indices.begin(), found.indices.end());
    entries.values.insert(entries.values.end(), found.values.begin(), found.values.end());
    for (const std::size_t end : found.ends) entries.row_starts.push_back(before + end);
  }
}

// Appends the entries of which take(feature, pre-activation) is true.
template <class Take>
void SaeLoss::collect(Part& part, std::size_t rows, const Take& take) {
  const std::size_t d_sae = config_.d_sae;
  append(part, rows, [&](const float* pre, Found& found, Scratch&) {
    std::size_t count = found.indices.size();
    found.indices.resize(count + d_sae), found.values.resize(count + d_sae);
    for (std::size_t i = 0; i != d_sae; ++i) {  // without a branch: early in training half are taken
      found.indices[count] = static_cast<std::uint32_t>(i), found.values[count] = pre[i];
      count += static_cast<std::size_t>(take(i, pre[i]));
    }
    found.indices.resize(count), found.values.resize(count);
  });
}

// What features are ranked by.
TL_INLINE const float* SaeLoss::ranks_of(const float* pre, Scratch& scratch) const {
  if (!objective_.rescale_acts_by_decoder_norm) return pre;
  scratch.ranks.resize(config_.d_sae);
  for (std::size_t i = 0; i != config_.d_sae; ++i) scratch.ranks[i] = pre[i] * norms_[i];
  return scratch.ranks.data();
}

TL_INLINE float SaeLoss::rank_of(std::size_t feature, float pre) const {
  return objective_.rescale_acts_by_decoder_norm ? pre * norms_[feature] : pre;
}

// Appends the k greatest of each row: of all features those above 0; of the dead alone (`among`) whatever their sign.
TL_INLINE void SaeLoss::collect_greatest(Part& part, std::size_t rows, std::size_t k,
                                         const std::vector<std::uint32_t>* among) {
  append(part, rows, [&](const float* pre, Found& found, Scratch& scratch) {
    const float* ranks = ranks_of(pre, scratch);
    if (among == nullptr) {
      for (const std::uint32_t i : scratch.top(ranks, config_.d_sae, k))
        if (pre[i] > 0) found.indices.push_back(i), found.values.push_back(pre[i]);
      return;
    }
    scratch.of_dead.resize(among->size());
    for (std::size_t i = 0; i != among->size(); ++i) scratch.of_dead[i] = ranks[(*among)[i]];
    for (const std::uint32_t i : scratch.top(scratch.of_dead.data(), among->size(), k))
      found.indices.push_back((*among)[i]), found.values.push_back(pre[(*among)[i]]);
  });
}

// The k * rows greatest of the whole batch, those above 0, into the parts by level.
TL_INLINE void SaeLoss::collect_greatest_of_all(const Step& step) {
  const std::size_t rows = step.batch.rows, d_sae = config_.d_sae;
  const auto wanted = static_cast<std::size_t>(static_cast<double>(objective_.k) * static_cast<double>(rows));
  // The bits of floats above 0 ascend as they do: a histogram of the upper half of them finds about where the cut lies.
  constexpr std::size_t bins = 1 << 15;
  for (Scratch& scratch : scratch_) scratch.histogram.assign(bins, 0);
  kernels::parallel_for(rows, threads_, [&](std::size_t row, int thread) {
    Scratch& scratch = scratch_[static_cast<std::size_t>(thread)];
    const float* const ranks = ranks_of(pre_.data() + row * d_sae, scratch);
    for (std::size_t i = 0; i != d_sae; ++i)
      if (ranks[i] > 0) ++scratch.histogram[std::bit_cast<std::uint32_t>(ranks[i]) >> 16];
  });
  std::size_t lowest_bin = bins;
  for (std::size_t found = 0; lowest_bin != 0 && found < wanted;) {
    --lowest_bin;
    for (const Scratch& scratch : scratch_) found += scratch.histogram[lowest_bin];
  }
  const auto bound = std::bit_cast<float>(static_cast<std::uint32_t>(lowest_bin << 16));
  Part candidates;
  append(candidates, rows, [&](const float* pre, Found& found, Scratch& scratch) {
    const float* const ranks = ranks_of(pre, scratch);
    for (std::size_t i = 0; i != d_sae; ++i)
      if (ranks[i] > 0 && ranks[i] >= bound)
        found.indices.push_back(static_cast<std::uint32_t>(i)), found.values.push_back(pre[i]);
  });
  const SparseFeatures& entries = candidates.entries;
  std::vector<bool> kept(entries.entries(), true);
  if (entries.entries() > wanted) {
    const auto rank = [&](std::size_t e) { return rank_of(entries.indices[e], entries.values[e]); };
    std::vector<std::size_t> order(entries.entries());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::nth_element(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(wanted), order.end(),
                     [&](std::size_t a, std::size_t b) { return rank(a) != rank(b) ? rank(a) > rank(b) : a < b; });
    for (std::size_t i = wanted; i != order.size(); ++i) kept[order[i]] = false;
  }
  const std::vector<std::size_t>& widths = objective_.matryoshka_widths;
  for (std::size_t row = 0; row != rows; ++row) {
    for (std::size_t e = entries.row_starts[row]; e != entries.row_starts[row + 1]; ++e) {
      if (!kept[e]) continue;
      const std::uint32_t i = entries.indices[e];
      const auto level = static_cast<std::size_t>(std::upper_bound(widths.begin(), widths.end(), i) - widths.begin());
      parts_[level].entries.indices.push_back(i);
      parts_[level].entries.values.push_back(entries.values[e]);
    }
    for (std::size_t level = 0; level != widths.size() + 1; ++level)
      parts_[level].entries.row_starts.push_back(parts_[level].entries.indices.size());
  }
}

// ------------------------------------------------------------------------------------------------ gradients

// The sum of squares of the part's error.
TL_INLINE double SaeLoss::square(const Part& part) {
  const std::size_t d = config_.d_out, rows = part.error.size() / d;
  std::vector<float> squares(rows);
  kernels::row_dots(part.error.data(), part.error.data(), rows, d, squares.data(), threads_);
  return std::accumulate(squares.begin(), squares.end(), 0.0);
}

// A reconstruction becomes its error. Returns the sum of squares.
TL_INLINE double SaeLoss::subtract_target(const Step& step, Part& part) {
  kernels::add_scaled(-1, step.target, part.error.data(), part.error.size(), threads_);
  return square(part);
}

// The error of decoding the acts of `part` at the given entries.
TL_INLINE double SaeLoss::reconstruct(const Step& step, const SparseFeatures& entries, Part& part) {
  part.error.resize(step.batch.rows * config_.d_out);
  products_.decode(entries, part.acts.data(), step.parameters.W_dec.data(), config_.d_out, step.parameters.b_dec.data(),
                   0, part.error.data());
  return subtract_target(step, part);
}

TL_INLINE void SaeLoss::scale(AlignedVector<float>& values, double factor) {
  const auto by = static_cast<float>(factor);
  for (float& value : values) value *= by;
}

// Gradients with respect to the acts, through the reconstruction.
TL_INLINE void SaeLoss::dots(const Step& step, Part& part) {
  part.gradient.resize(part.entries.entries());
  products_.dots(part.entries, part.error.data(), step.parameters.W_dec.data(), config_.d_out, part.gradient.data());
}

// Of the entries that products_.by_feature() was given last, as the next.
TL_INLINE void SaeLoss::add_decoder_gradient(Step& step, const Part& part) {
  products_.gradient(part.acts.data(), part.error.data(), config_.d_out, step.gradients.W_dec.data());
}
TL_INLINE void SaeLoss::add_encoder_gradient(Step& step, const Part& part) {
  products_.gradient(part.gradient.data(), centred_.data(), config_.d_in, step.gradients.W_enc.data());
  products_.sums(part.gradient.data(), input_sums_.data());
}

TL_INLINE void SaeLoss::count_active(Step& step, const Part& part) {
  std::size_t active = 0;
  for (std::size_t e = 0; e != part.acts.size(); ++e)
    if (part.acts[e] > 0) ++active, ++active_rows_[part.entries.indices[e]];
  step.losses.l0 += static_cast<double>(active) / static_cast<double>(step.batch.rows);
}

}  // namespace TL_NAMESPACE
