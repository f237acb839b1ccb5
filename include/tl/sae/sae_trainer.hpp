#pragma once
// Trains an SAE on the rows of a buffer, one step at a time. The same rows, options and seed give the same bits on any
// number of threads, and also where a training goes on from a checkpoint.
#include <cstdint>
#include <string>
#include <tl/sae/activation_buffer.hpp>
#include <tl/sae/sae_config.hpp>
#include <tl/sae/sae_loss.hpp>
#include <tl/sae/sae_objective.hpp>
#include <tl/sae/sae_parameters.hpp>
#include <tl/sae/sae_weights.hpp>
#include <tl/train/adam.hpp>
#include <tl/train/schedule.hpp>
#include <vector>

namespace TL_NAMESPACE {

// Defaults are SAELens' (6.54).
struct SaeTraining {
  SaeObjective objective{};
  std::size_t steps = 1000, batch_rows = 4096;
  LearningRate learning_rate{};
  AdamOptions adam{};
  double clip_norm = 1;  // of the gradient of all tensors
  std::size_t sparsity_warm_up_steps = 0;
  std::size_t dead_feature_window = 1000;  // steps without activity after which a feature is dead
  float decoder_init_norm = .1f;           // of each row; W_enc begins as W_dec's transpose
  bool geometric_median = false;           // b_dec begins as that of the first rows, else as 0
  // Decoder rows are kept at norm 1, where they begin, and gradients along them are taken away.
  bool normalise_decoder = false;
  bool shuffle_columns = false;  // a control: each column of a batch is permuted by itself (shuffle_columns)
  std::uint64_t seed = 0;

  friend bool operator==(const SaeTraining&, const SaeTraining&) = default;
};

struct SaeTrainingStep {
  std::size_t step = 0;  // from 1
  SaeLosses losses{};
  double learning_rate = 0, gradient_norm = 0;
  double dead_share = 0;  // of d_sae
};

struct TrainedSae {
  SaeConfig config;  // normalisation none: the scale of inputs is folded into the weights
  SaeWeights weights;
  std::vector<float> log_sparsity;  // log10 of the share of recent rows in which each feature was active
};

class SaeTrainer {
 public:
  // The buffer gives rows d_in wide, and for a transcoder d_in and d_out, and must outlive the trainer.
  // config.normalisation is none or expected_average_only_in, of a transcoder none. Throws Error where check() of the
  // objective does, and for other widths and normalisations.
  SaeTrainer(SaeConfig config, SaeTraining training, ActivationBuffer& buffer, int threads);

  // Throws Error, which says the step, where activations or the loss are not finite; the parameters then are those of
  // the step before.
  SaeTrainingStep step();
  std::size_t steps_done() const { return steps_done_; }
  bool done() const { return steps_done_ >= training_.steps; }

  const SaeConfig& config() const { return config_; }
  const SaeTraining& training() const { return training_; }
  const SaeParameters& parameters() const { return parameters_; }
  // The SAE as it is now.
  TrainedSae result() const;

  // A file that training goes on from bit for bit; it appears whole or not at all. Throws Error where the system
  // refuses.
  void save(const std::string& path) const;
  // Throws Error where the file is damaged or of another configuration (named: what differs); nothing is changed then.
  // The number of steps and the learning rate's schedule may be another.
  void restore(const std::string& path);

 private:
  void begin();
  void shuffle(AlignedVector<float>& rows, std::size_t step) const;
  std::string description() const;

  SaeConfig config_;
  SaeTraining training_;
  ActivationBuffer& buffer_;
  int threads_;
  SaeLoss loss_;
  SaeParameters parameters_, gradients_;
  Adam adam_;
  std::size_t steps_done_ = 0;
  double input_scale_ = 1, topk_threshold_ = 0;
  std::vector<std::int32_t> steps_since_active_;
  std::vector<std::int64_t> active_rows_;  // in the last rows_counted_
  std::int64_t rows_counted_ = 0;
  AlignedVector<float> batch_, rows_;  // [batch_rows, d_in], then [batch_rows, d_out] for a transcoder; as they came
  std::vector<std::uint8_t> dead_;
};

}  // namespace TL_NAMESPACE

#ifdef TL_HEADER_ONLY
#include <tl/sae/sae_trainer-inl.hpp>
#endif
