#pragma once
#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <tl/core/error.hpp>
#include <tl/core/philox.hpp>
#include <tl/io/npz.hpp>
#include <tl/kernels/parallel.hpp>
#include <tl/kernels/sparse.hpp>
#include <tl/sae/fold_sae.hpp>
#include <tl/sae/geometric_median.hpp>
#include <tl/sae/sae_trainer.hpp>
#include <tl/sae/shuffle_columns.hpp>
#include <tl/train/gradient_norm.hpp>

namespace TL_NAMESPACE {

namespace detail {
// Steps over which activity is counted before counting begins anew.
inline constexpr std::int64_t density_window_steps = 1000;
// Rows of the first fill that b_dec's median is taken of.
inline constexpr std::size_t median_rows = 16384;

// Each row of w [rows, d] becomes `norm` long.
inline void set_row_norms(AlignedVector<float>& w, std::size_t d, float norm, int threads) {
  std::vector<float> squares(w.size() / d);
  kernels::row_dots(w.data(), w.data(), squares.size(), d, squares.data(), threads);
  kernels::parallel_for(squares.size(), threads, [&](std::size_t r, int) {
    const float scale = norm / std::max(std::sqrt(squares[r]), 1e-20f);
    for (std::size_t i = 0; i != d; ++i) w[r * d + i] *= scale;
  });
}
}  // namespace detail

TL_INLINE SaeTrainer::SaeTrainer(SaeConfig config, SaeTraining training, ActivationBuffer& buffer, int threads)
    : config_(std::move(config)),
      training_(std::move(training)),
      buffer_(buffer),
      threads_(std::max(1, threads)),
      loss_(config_, training_.objective, threads_),
      adam_(training_.adam),
      steps_since_active_(config_.d_sae),
      active_rows_(config_.d_sae),
      dead_(config_.d_sae) {
  const bool transcodes = is_transcoder(config_.architecture);
  if (buffer.d_target() != (transcodes ? config_.d_out : 0))
    throw Error("the targets of a transcoder are ", buffer.d_target(), " wide, and ", transcodes ? config_.d_out : 0,
                " is wanted");
  if (buffer.d() - buffer.d_target() != config_.d_in)
    throw Error("the activations are ", buffer.d() - buffer.d_target(), " wide and the SAE's d_in is ", config_.d_in);
  if (transcodes && config_.normalisation != SaeNormalisation::none)
    throw Error("a transcoder is trained on inputs as they are, not with the normalisation ",
                name(config_.normalisation));
  if (config_.normalisation != SaeNormalisation::none &&
      config_.normalisation != SaeNormalisation::expected_average_only_in)
    throw Error("training with the normalisation ", name(config_.normalisation),
                " is not there: take none or expected_average_only_in");
  if (training_.batch_rows == 0 || training_.steps == 0) throw Error("a training needs a step and a row at least");
  if (training_.objective.kind == SaeObjectiveKind::topk) {
    config_.k = static_cast<std::size_t>(training_.objective.k);
    config_.rescale_acts_by_decoder_norm = training_.objective.rescale_acts_by_decoder_norm;
  }
  static_cast<void>(training_.learning_rate.at(0, training_.steps));  // refuses one that does not fit
  parameters_ = SaeParameters::of(config_, SaeWeights::zeros(config_));
  const RandomKey key{training_.seed, 0};
  for (std::size_t i = 0; i != config_.d_sae; ++i)
    fill_normal(std::span(parameters_.W_dec).subspan(i * config_.d_out, config_.d_out), 1, key, i, Purpose::weights);
  detail::set_row_norms(parameters_.W_dec, config_.d_out, training_.normalise_decoder ? 1 : training_.decoder_init_norm,
                        threads_);
  // Where both are of one width W_enc begins as W_dec's transpose, else at random like it.
  if (config_.d_in == config_.d_out) {
    parameters_.W_enc = parameters_.W_dec;
  } else {
    for (std::size_t i = 0; i != config_.d_sae; ++i)
      fill_normal(std::span(parameters_.W_enc).subspan(i * config_.d_in, config_.d_in), 1, key, config_.d_sae + i,
                  Purpose::weights);
    detail::set_row_norms(parameters_.W_enc, config_.d_in,
                          training_.normalise_decoder ? 1 : training_.decoder_init_norm, threads_);
  }
  std::fill(parameters_.threshold.begin(), parameters_.threshold.end(), training_.objective.jumprelu_init_threshold);
  gradients_ = parameters_.zeros();
}

// What the first rows decide: the scale of inputs, and b_dec.
TL_INLINE void SaeTrainer::begin() {
  const auto look = [&](std::size_t count) {
    AlignedVector<float> rows = buffer_.look(count);
    shuffle(rows, 0);
    return rows;
  };
  if (config_.normalisation == SaeNormalisation::expected_average_only_in) {
    const AlignedVector<float> rows = look(static_cast<std::size_t>(-1));
    std::vector<float> squares(rows.size() / config_.d_in);
    kernels::row_dots(rows.data(), rows.data(), squares.size(), config_.d_in, squares.data(), threads_);
    double norms = 0;
    for (const float square : squares) norms += std::sqrt(static_cast<double>(square));
    input_scale_ = std::sqrt(static_cast<double>(config_.d_in)) * static_cast<double>(squares.size()) / norms;
    if (!std::isfinite(input_scale_))
      throw Error("the activations have no finite average norm: they are all 0, or not finite");
  }
  if (training_.geometric_median) {
    // Of what is reconstructed: a row's last numbers.
    const AlignedVector<float> rows = look(detail::median_rows);
    const std::size_t d = config_.d_out, count = rows.size() / buffer_.d();
    AlignedVector<float> wanted(count * d);
    for (std::size_t i = 0; i != wanted.size(); ++i)
      wanted[i] = static_cast<float>(input_scale_) * rows[(i / d + 1) * buffer_.d() - d + i % d];
    const auto median = geometric_median(wanted.data(), count, d, threads_);
    std::copy(median.begin(), median.end(), parameters_.b_dec.begin());
  }
}

// Where the training is of shuffled columns.
TL_INLINE void SaeTrainer::shuffle(AlignedVector<float>& rows, std::size_t step) const {
  if (training_.shuffle_columns)
    shuffle_columns(rows.data(), rows.size() / buffer_.d(), buffer_.d(), {training_.seed, step}, threads_);
}

TL_INLINE SaeTrainingStep SaeTrainer::step() {
  if (steps_done_ == 0) begin();
  SaeTrainingStep out;
  out.step = steps_done_ + 1;
  out.learning_rate = training_.learning_rate.at(std::min(steps_done_, training_.steps - 1), training_.steps);
  const std::size_t rows = training_.batch_rows, d_in = config_.d_in;
  const std::size_t d_target = buffer_.d_target();
  batch_.resize(rows * buffer_.d());
  if (d_target == 0) {
    buffer_.next(rows, batch_.data());
    shuffle(batch_, out.step);
  } else {
    rows_.resize(batch_.size());
    buffer_.next(rows, rows_.data());
    shuffle(rows_, out.step);
    for (std::size_t r = 0; r != rows; ++r) {
      const float* const row = rows_.data() + r * buffer_.d();
      std::copy_n(row, d_in, batch_.data() + r * d_in);
      std::copy_n(row + d_in, d_target, batch_.data() + rows * d_in + r * d_target);
    }
  }
  if (input_scale_ != 1)
    for (float& value : batch_) value *= static_cast<float>(input_scale_);

  std::size_t dead = 0;
  for (std::size_t i = 0; i != dead_.size(); ++i) {
    dead_[i] = static_cast<std::size_t>(steps_since_active_[i]) > training_.dead_feature_window ? 1 : 0;
    dead += dead_[i];
  }
  const double sparsity = warmed_up(static_cast<double>(training_.objective.sparsity_coefficient),
                                    training_.sparsity_warm_up_steps, steps_done_);
  out.losses = loss_(
      parameters_,
      {batch_.data(), rows, d_target == 0 ? nullptr : batch_.data() + rows * d_in, dead == 0 ? nullptr : dead_.data()},
      static_cast<float>(sparsity), gradients_);

  if (training_.normalise_decoder) {
    const std::size_t d = config_.d_out;
    std::vector<float> along(config_.d_sae);
    kernels::row_dots(gradients_.W_dec.data(), parameters_.W_dec.data(), along.size(), d, along.data(), threads_);
    kernels::parallel_for(along.size(), threads_, [&](std::size_t i, int) {
      for (std::size_t j = 0; j != d; ++j) gradients_.W_dec[i * d + j] -= along[i] * parameters_.W_dec[i * d + j];
    });
  }
  // batchtopk does not learn its threshold.
  std::vector<TrainedTensor> tensors;
  for (std::size_t t = 0; t != SaeParameters::names.size(); ++t)
    if (t != 4 || training_.objective.kind == SaeObjectiveKind::jumprelu)
      tensors.push_back({*parameters_.tensors()[t], *gradients_.tensors()[t]});
  out.gradient_norm = gradient_norm(tensors, threads_);
  if (!std::isfinite(out.losses.loss) || !std::isfinite(out.gradient_norm)) {
    const bool input = std::any_of(batch_.begin(), batch_.end(), [](float value) { return !std::isfinite(value); });
    throw Error("training stopped at step ", out.step, ": ",
                input ? "an activation is not finite" : "the loss or its gradient is not finite",
                "; the SAE is as the step before left it");
  }
  adam_.step(tensors, out.learning_rate, clipping_scale(out.gradient_norm, training_.clip_norm), threads_);
  for (float& threshold : parameters_.threshold) threshold = std::max(threshold, 0.f);
  if (training_.normalise_decoder) detail::set_row_norms(parameters_.W_dec, config_.d_out, 1, threads_);

  if (out.losses.least_active > 0) {
    const auto rate = static_cast<double>(training_.objective.topk_threshold_lr);
    topk_threshold_ = (1 - rate) * topk_threshold_ + rate * static_cast<double>(out.losses.least_active);
  }
  if (rows_counted_ >= detail::density_window_steps * static_cast<std::int64_t>(rows)) {
    std::fill(active_rows_.begin(), active_rows_.end(), 0);
    rows_counted_ = 0;
  }
  rows_counted_ += static_cast<std::int64_t>(rows);
  for (std::size_t i = 0; i != config_.d_sae; ++i) {
    active_rows_[i] += loss_.active_rows()[i];
    steps_since_active_[i] = loss_.active_rows()[i] != 0 ? 0 : steps_since_active_[i] + 1;
  }
  const auto dead_now = std::count_if(steps_since_active_.begin(), steps_since_active_.end(), [&](std::int32_t steps) {
    return static_cast<std::size_t>(steps) > training_.dead_feature_window;
  });
  out.dead_share = static_cast<double>(dead_now) / static_cast<double>(config_.d_sae);
  ++steps_done_;
  return out;
}

TL_INLINE TrainedSae SaeTrainer::result() const {
  TrainedSae out{config_, parameters_.weights(config_), {}};
  // Ranked features are a feature times its decoder's norm: so they become where decoder rows have norm 1.
  const bool unit = training_.objective.ranks() && training_.objective.rescale_acts_by_decoder_norm;
  if (unit) fold_W_dec_norm(out.config, out.weights);
  if (training_.objective.ranks())
    std::fill(out.weights.threshold.begin(), out.weights.threshold.end(), static_cast<float>(topk_threshold_));
  if (config_.normalisation == SaeNormalisation::expected_average_only_in) {
    fold_activation_norm_scaling_factor(out.config, out.weights, static_cast<float>(input_scale_));
    if (unit) fold_W_dec_norm(out.config, out.weights);
  }
  for (const std::int64_t count : active_rows_)
    out.log_sparsity.push_back(static_cast<float>(std::log10(
        static_cast<double>(count) / static_cast<double>(std::max<std::int64_t>(1, rows_counted_)) + 1e-10)));
  return out;
}

// ------------------------------------------------------------------------------------------------ checkpoints

// All that decides the bits of a step but its number and learning rate, one a line.
TL_INLINE std::string SaeTrainer::description() const {
  std::string text;
  const auto line = [&](std::string_view what, const auto& value) {
    text.append(what).append(" ");
    if constexpr (std::is_arithmetic_v<std::remove_cvref_t<decltype(value)>>) text += std::to_string(value);
    else text += value;
    text += "\n";
  };
  const SaeObjective& o = training_.objective;
  line("hook_name", config_.site.hook_name);
  if (is_transcoder(config_.architecture)) line("hook_name_out", config_.site.hook_name_out);
  line("model_name", config_.site.model_name);
  line("objective", name(o.kind)), line("d_in", config_.d_in), line("d_sae", config_.d_sae);
  line("apply_b_dec_to_input", config_.apply_b_dec_to_input);
  line("normalize_activations", name(config_.normalisation));
  line("k", o.k), line("rescale_acts_by_decoder_norm", o.rescale_acts_by_decoder_norm);
  line("sparsity_coefficient", o.sparsity_coefficient),
      line("sparsity_warm_up_steps", training_.sparsity_warm_up_steps);
  line("aux_loss_coefficient", o.aux_loss_coefficient), line("k_aux", o.k_aux);
  for (const std::size_t width : o.matryoshka_widths) line("matryoshka_width", width);
  line("topk_threshold_lr", o.topk_threshold_lr);
  line("jumprelu_init_threshold", o.jumprelu_init_threshold), line("jumprelu_bandwidth", o.jumprelu_bandwidth);
  line("jumprelu_tanh", o.jumprelu_tanh), line("jumprelu_tanh_scale", o.jumprelu_tanh_scale);
  line("jumprelu_ste_to_input", o.jumprelu_ste_to_input);
  line("pre_act_loss_coefficient", o.pre_act_loss_coefficient);
  line("batch_rows", training_.batch_rows), line("clip_norm", training_.clip_norm);
  line("beta1", training_.adam.beta1), line("beta2", training_.adam.beta2);
  line("dead_feature_window", training_.dead_feature_window);
  line("context_size", config_.site.context_size.value_or(0)), line("buffer_rows", buffer_.capacity());
  line("normalise_decoder", training_.normalise_decoder), line("shuffle_columns", training_.shuffle_columns);
  line("seed", training_.seed);
  return text;
}

TL_INLINE void SaeTrainer::save(const std::string& path) const {
  io::NpzWriter file(path);
  const auto add = [&](const std::string& name, const auto& values) {
    using Value = std::remove_cvref_t<decltype(values[0])>;
    file.add(name, io::NpyView(std::span<const Value>(values), {values.size()}));
  };
  file.add_text("configuration", description());
  const ActivationBufferState buffer = buffer_.state();
  const std::array<std::int64_t, 5> counters{
      static_cast<std::int64_t>(steps_done_), static_cast<std::int64_t>(adam_.state().steps), rows_counted_,
      static_cast<std::int64_t>(buffer.next_document), static_cast<std::int64_t>(buffer.fills)};
  add("counters", counters);
  add("scalars", std::array<double, 2>{input_scale_, topk_threshold_});
  add("steps_since_active", steps_since_active_), add("active_rows", active_rows_);
  add("buffer.documents", buffer.documents), add("buffer.rows", buffer.rows);
  add("buffer.first_rows", buffer.first_rows);
  for (std::size_t t = 0; t != SaeParameters::names.size(); ++t)
    add(std::string(SaeParameters::names[t]), *parameters_.tensors()[t]);
  for (std::size_t t = 0; t != adam_.state().first.size(); ++t) {
    add("adam.first." + std::to_string(t), adam_.state().first[t]);
    add("adam.second." + std::to_string(t), adam_.state().second[t]);
  }
  file.finish();
}

TL_INLINE void SaeTrainer::restore(const std::string& path) {
  const io::Npz file(path);
  if (!file.has("configuration") || !file.has("counters")) throw Error("'", path, "' is no checkpoint of a training");
  const std::string saved = file.read("configuration").text(), own = description();
  for (std::size_t a = 0, b = 0; a < saved.size() || b < own.size();) {
    const std::size_t a_end = std::min(saved.find('\n', a), saved.size()),
                      b_end = std::min(own.find('\n', b), own.size());
    const std::string theirs = saved.substr(a, a_end - a), ours = own.substr(b, b_end - b);
    if (theirs != ours)
      throw Error("the checkpoint '", path, "' is of another training: it has `", theirs, "` where this one has `",
                  ours, "`");
    a = a_end + 1, b = b_end + 1;
  }
  const auto read = [&](const std::string& name, std::size_t size, auto example) {
    const io::NpyArray array = file.read(name);
    const auto values = array.template values<decltype(example)>();
    if (size != static_cast<std::size_t>(-1) && values.size() != size)
      throw Error("'", path, "' has ", values.size(), " numbers of ", name, " where there must be ", size);
    return std::vector<decltype(example)>(values.begin(), values.end());
  };
  const auto counters = read("counters", 5, std::int64_t{});
  const auto scalars = read("scalars", 2, double{});
  auto since = read("steps_since_active", config_.d_sae, std::int32_t{});
  auto active = read("active_rows", config_.d_sae, std::int64_t{});
  ActivationBufferState buffer{static_cast<std::uint64_t>(counters[3]),
                               static_cast<std::uint64_t>(counters[4]),
                               read("buffer.documents", static_cast<std::size_t>(-1), std::int64_t{}),
                               read("buffer.rows", static_cast<std::size_t>(-1), std::int32_t{}),
                               {}};
  if (file.has("buffer.first_rows"))
    buffer.first_rows = read("buffer.first_rows", static_cast<std::size_t>(-1), float{});
  SaeParameters parameters = parameters_;
  AdamState adam;
  adam.steps = static_cast<std::uint64_t>(counters[1]);
  for (std::size_t t = 0; t != SaeParameters::names.size(); ++t) {
    auto& tensor = *parameters.tensors()[t];
    const auto values = read(std::string(SaeParameters::names[t]), tensor.size(), float{});
    tensor.assign(values.begin(), values.end());
  }
  for (std::size_t t = 0; file.has("adam.first." + std::to_string(t)); ++t)
    for (auto* moments : {&adam.first, &adam.second}) {
      const std::string which = (moments == &adam.first ? "adam.first." : "adam.second.") + std::to_string(t);
      const auto values = read(which, static_cast<std::size_t>(-1), float{});
      moments->emplace_back(values.begin(), values.end());
    }
  buffer_.restore(buffer);
  parameters_ = std::move(parameters);
  adam_.restore(std::move(adam));
  steps_done_ = static_cast<std::size_t>(counters[0]), rows_counted_ = counters[2];
  input_scale_ = scalars[0], topk_threshold_ = scalars[1];
  steps_since_active_ = std::move(since), active_rows_ = std::move(active);
}

}  // namespace TL_NAMESPACE
