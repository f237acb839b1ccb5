#pragma once
#include <algorithm>
#include <tl/kernels/parallel.hpp>
#include <tl/kernels/svd.hpp>
#include <tl/sae/activation_moments.hpp>

namespace TL_NAMESPACE {

TL_INLINE void ActivationMoments::add(std::span<const float> x, int threads) {
  const std::size_t count = x.size() / width_;
  kernels::parallel_for(width_, threads, [&](std::size_t i, int) {
    double* const products = &products_(i, 0);
    for (std::size_t row = 0; row != count; ++row) {
      const float* const values = x.data() + row * width_;
      const double factor = static_cast<double>(values[i]);
      sum_[i] += factor;
      for (std::size_t j = 0; j <= i; ++j) products[j] += factor * static_cast<double>(values[j]);
    }
  });
  rows_ += count;
}

TL_INLINE std::vector<float> ActivationMoments::mean() const {
  std::vector<float> mean(width_);
  for (std::size_t i = 0; i != width_; ++i) mean[i] = static_cast<float>(sum_[i] / static_cast<double>(rows_));
  return mean;
}

TL_INLINE kernels::DenseMatrix ActivationMoments::covariance() const {
  if (rows_ == 0) throw Error("nothing was observed, and a covariance needs one row at least");
  const double n = static_cast<double>(rows_);
  kernels::DenseMatrix covariance{width_, width_};
  for (std::size_t i = 0; i != width_; ++i)
    for (std::size_t j = 0; j <= i; ++j)
      covariance(i, j) = covariance(j, i) = products_(i, j) / n - sum_[i] / n * (sum_[j] / n);
  return covariance;
}

TL_INLINE Reconstruct mean_reconstruction(std::vector<float> mean) {
  return [mean = std::move(mean)](std::span<float> rows, int) {
    for (std::size_t first = 0; first != rows.size(); first += mean.size())
      std::copy(mean.begin(), mean.end(), rows.begin() + static_cast<std::ptrdiff_t>(first));
  };
}

TL_INLINE Reconstruct principal_components(const ActivationMoments& moments, std::size_t rank) {
  const kernels::DenseMatrix covariance = moments.covariance();
  const std::size_t width = covariance.rows;
  if (rank > width) throw Error("there are no ", rank, " principal components of ", width, " numbers");
  // Of a symmetric matrix without negative eigenvalues the left singular vectors are the eigenvectors.
  const kernels::DenseMatrix basis = kernels::svd(covariance).u;
  std::vector<float> directions(rank * width);
  for (std::size_t k = 0; k != rank; ++k)
    for (std::size_t i = 0; i != width; ++i) directions[k * width + i] = static_cast<float>(basis(i, k));
  return [mean = moments.mean(), directions = std::move(directions)](std::span<float> rows, int threads) {
    const std::size_t w = mean.size();
    kernels::parallel_for(rows.size() / w, threads, [&](std::size_t row, int) {
      const std::span<float> x = rows.subspan(row * w, w);
      std::vector<float> centred(w), out(mean);
      for (std::size_t i = 0; i != w; ++i) centred[i] = x[i] - mean[i];
      for (std::size_t first = 0; first != directions.size(); first += w) {
        const float* const v = directions.data() + first;
        float along = 0;
        for (std::size_t i = 0; i != w; ++i) along += v[i] * centred[i];
        for (std::size_t i = 0; i != w; ++i) out[i] += along * v[i];
      }
      std::copy(out.begin(), out.end(), x.begin());
    });
  };
}

}  // namespace TL_NAMESPACE
