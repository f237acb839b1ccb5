#pragma once
// Mean and covariance of the values at a hook point over a text, and the reconstruction by principal components: what
// an SAE has to be better than.
#include <cstddef>
#include <span>
#include <string_view>
#include <tl/hooks/dynamic_hooks.hpp>
#include <tl/kernels/dense.hpp>
#include <tl/model/gpt2.hpp>
#include <tl/sae/reconstruction_quality.hpp>
#include <vector>

namespace TL_NAMESPACE {

class ActivationMoments {
 public:
  explicit ActivationMoments(std::size_t width) : width_(width), sum_(width), products_{width, width} {}

  // Whole rows.
  void add(std::span<const float> x, int threads);
  std::size_t rows() const { return rows_; }
  std::vector<float> mean() const;
  // [width, width], divided by the number of rows. Throws Error where there is none.
  kernels::DenseMatrix covariance() const;

 private:
  std::size_t width_, rows_ = 0;
  std::vector<double> sum_;
  kernels::DenseMatrix products_;  // its lower triangle
};

// Of the positions from `first_position` on of all documents. Throws Error as compare_reconstructions does.
template <Config C, StorageType S, Basis B>
ActivationMoments activation_moments(const Gpt2<C, S, B>& model, std::string_view hook_name,
                                     std::span<const std::vector<Token>> documents, std::size_t first_position = 1,
                                     RunOptions run = {}) {
  ActivationMoments moments(detail::replaceable_width(model.config(), hook_name));
  for (const std::vector<Token>& tokens : documents) {
    if (tokens.size() <= first_position) continue;
    DynamicHooks hooks;
    hooks.observe(
        hook_name,
        [&](const DynamicView& view, const Context& at) {
          moments.add({view.data, view.size()}, at.threads);
        },
        [&](std::size_t position, std::size_t) { return position >= first_position; });
    model.run(tokens, run, hooks);
  }
  return moments;
}

// x' = mean. What is left of the values where nothing of them is known.
Reconstruct mean_reconstruction(std::vector<float> mean);
// x' = mean + V V^T (x - mean), V the `rank` directions of greatest variance. Throws Error where rank is more than the
// width.
Reconstruct principal_components(const ActivationMoments& moments, std::size_t rank);

}  // namespace TL_NAMESPACE

#ifdef TL_HEADER_ONLY
#include <tl/sae/activation_moments-inl.hpp>
#endif
