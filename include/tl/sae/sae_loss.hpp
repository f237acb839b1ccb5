#pragma once
// The loss of an SAE on a batch, and its gradients, derived by hand: only entries (row, feature) that have a gradient
// are ever touched. Formulas are SAELens' (6.54), which tests compare with; a gradient of TopK does not depend on
// rescale_acts_by_decoder_norm, for what the decoder divides by the encoder multiplied.
#include <cstddef>
#include <cstdint>
#include <tl/sae/feature_products.hpp>
#include <tl/sae/sae_config.hpp>
#include <tl/sae/sae_objective.hpp>
#include <tl/sae/sae_parameters.hpp>
#include <tl/sae/sparse_features.hpp>
#include <tl/sae/top_indices.hpp>
#include <vector>

namespace TL_NAMESPACE {

// Rows to learn from.
struct SaeBatch {
  const float* x;  // [rows, d_in]
  std::size_t rows;
  const float* target = nullptr;       // of a transcoder: [rows, d_out]; else what is reconstructed is x
  const std::uint8_t* dead = nullptr;  // [d_sae], 1 where a feature has not been active for long; null: none
};

// Each a mean over the batch of a sum over d_out or d_sae.
struct SaeLosses {
  double loss = 0;                              // the sum of those below
  double mse = 0, sparsity = 0, auxiliary = 0;  // auxiliary: AuxK, gated's, jumprelu's of dead features
  double inner_mse = 0;                         // of all inner widths
  double l0 = 0;                                // active features of a row
  double explained_variance = 0;                // 1 - sum |x - out|^2 / sum |x - mean|^2
  float least_active = 0;                       // batchtopk: the least value that was kept, 0 where there is none
};

class SaeLoss {
 public:
  // Throws Error where check() does.
  SaeLoss(const SaeConfig& config, const SaeObjective& objective, int threads);

  // The loss, and its gradients with respect to every parameter, into tensors of the same sizes. `sparsity` is the
  // coefficient of this step, in place of the objective's.
  SaeLosses operator()(const SaeParameters& parameters, const SaeBatch& batch, float sparsity,
                       SaeParameters& gradients);
  // In how many rows of the last batch each feature was active, [d_sae].
  const std::vector<std::uint32_t>& active_rows() const { return active_rows_; }

 private:
  // A reconstruction and the entries that have a gradient through it.
  struct Part {
    SparseFeatures entries;       // with the pre-activation of each
    std::vector<float> acts;      // what each counts as in the reconstruction
    std::vector<float> gradient;  // of the loss, with respect to acts, then to the pre-activation
    AlignedVector<float> error;   // [rows, d_out]: reconstruction - target, then the loss's gradient
  };
  struct Step {
    const SaeParameters& parameters;
    const SaeBatch& batch;
    float sparsity;
    SaeParameters& gradients;
    const float* target = batch.target == nullptr ? batch.x : batch.target;
    SaeLosses losses{};
  };

  void standard(Step& step);
  void gated(Step& step);
  void jumprelu(Step& step);
  void top_k(Step& step);

  struct Found;
  struct Scratch;
  template <class F>
  void for_encoded_rows(const Step& step, const float* bias, std::size_t most_rows, const F& f);
  template <class Find>
  void append(Part& part, std::size_t rows, const Find& find);
  template <class Take>
  void collect(Part& part, std::size_t rows, const Take& take);
  void collect_greatest(Part& part, std::size_t rows, std::size_t k, const std::vector<std::uint32_t>* among);
  void collect_greatest_of_all(const Step& step);
  const float* ranks_of(const float* pre, Scratch& scratch) const;
  float rank_of(std::size_t feature, float pre) const;

  double square(const Part& part);
  double subtract_target(const Step& step, Part& part);
  double reconstruct(const Step& step, const SparseFeatures& entries, Part& part);
  void scale(AlignedVector<float>& values, double factor);
  void dots(const Step& step, Part& part);
  void add_decoder_gradient(Step& step, const Part& part);
  void add_encoder_gradient(Step& step, const Part& part);
  void count_active(Step& step, const Part& part);

  SaeConfig config_;
  SaeObjective objective_;
  int threads_;
  FeatureProducts products_;
  std::vector<Part> parts_;
  std::vector<std::uint32_t> active_rows_;
  AlignedVector<float> centred_, pre_, panels_;
  std::vector<float> norms_;          // of the rows of W_dec
  std::vector<float> norm_gradient_;  // the loss's with respect to those
  std::vector<float> input_sums_;     // [d_sae]: of gradients with respect to pre-activations, for b_dec's

  struct Found {
    AlignedVector<std::uint32_t> indices;
    AlignedVector<float> values;
    std::vector<std::size_t> ends;  // of rows
  };
  std::vector<Found> found_;
  struct Scratch {
    TopIndices top;
    std::vector<float> ranks, of_dead;
    std::vector<std::uint32_t> histogram;
  };
  std::vector<Scratch> scratch_;  // of threads
};

}  // namespace TL_NAMESPACE

#ifdef TL_HEADER_ONLY
#include <tl/sae/sae_loss-inl.hpp>
#endif
