#pragma once
// A source of weights that reads another and gives its tensors processed.
#include <map>
#include <string>
#include <tl/model/config.hpp>
#include <tl/model/weight_processing.hpp>
#include <tl/model/weight_source.hpp>
#include <vector>

namespace TL_NAMESPACE {

// Tensors keep the names and shapes that weight_source.hpp gives them; `lm_head.weight` is there where config() is not
// tied, `lm_head.bias` where the checkpoint has one or LayerNorms are folded. Arithmetic is in double and a result is
// rounded once. No more than a layer is in memory at a time. Refactoring needs LAPACK.
class ProcessedWeights : public WeightSource {
 public:
  // `from` is of a model of `config`, and must outlive this. Throws Error where it is processed already, or where a
  // step is asked for that only a model with LayerNorms permits.
  ProcessedWeights(WeightSource& from, const Config& config, const WeightProcessing& processing);

  // Of the processed model.
  const Config& config() const { return config_; }
  WeightProcessing processing() const override { return processing_; }

  // TL_INLINE here too: without it every header-only program emits the virtual table, and all that is behind it.
  TL_INLINE void read(std::string_view name, std::span<const std::size_t> shape, float* out) override;
  TL_INLINE bool has(std::string_view name) const override;
  TL_INLINE void done(std::string_view name) override;

 private:
  std::vector<float> original(const std::string& name, std::vector<std::size_t> shape);
  std::vector<double> in_double(const std::string& name, std::vector<std::size_t> shape);
  void keep(const std::string& name, const std::vector<double>& values);

  void table(std::string_view name, std::span<const std::size_t> shape, float* out);
  void unembed(float* w_u);
  void unembed_bias();
  // What is computed together, since one part needs another.
  void compute(std::string_view name);
  void attention(const std::string& block);
  void mlp_in(const std::string& block);
  void mlp_out(const std::string& block);
  void refactor(std::vector<double>& qkv, std::vector<double>& qkv_bias, std::vector<double>& o);
  void fold_ln(const std::string& norm, std::vector<double>& w, std::vector<double>& bias);

  WeightSource& from_;
  Config before_, config_;
  WeightProcessing processing_;
  std::map<std::string, std::vector<float>, std::less<>> kept_;  // of the last compute()
};

}  // namespace TL_NAMESPACE

#ifdef TL_HEADER_ONLY
#include <tl/model/processed_weights-inl.hpp>
#endif
