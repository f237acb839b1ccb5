#pragma once
#include <cmath>
#include <tl/interp/copying.hpp>
#include <tl/kernels/parallel.hpp>

namespace TL_NAMESPACE::detail {

// In float32 within a piece of the vocabulary, in double over the pieces.
TL_INLINE void add_unembed_embed(const float* w_u, const float* w_e, std::size_t count, kernels::DenseMatrix& sum,
                                 int threads) {
  const std::size_t d = sum.rows;
  const auto panels = allocate<float>(kernels::packed_size<float>(count, d));
  kernels::pack<float>(w_e, d, 1, count, d, panels.get(), nullptr, threads);
  std::vector<float> product(d * d);
  kernels::linear<float>({w_u, count, d}, kernels::PackedMatrix<float>{panels.get(), count, d}, nullptr,
                         {product.data(), d}, {}, threads);
  for (std::size_t i = 0; i != product.size(); ++i) sum.values[i] += static_cast<double>(product[i]);
}

TL_INLINE float copying_score(const kernels::DenseMatrix& w_v, const kernels::DenseMatrix& w_o,
                              const kernels::DenseMatrix& unembed_embed) {
  double sum = 0, magnitudes = 0;
  for (const std::complex<double>& value : kernels::eigenvalues(product(product(w_o, unembed_embed), w_v))) {
    sum += value.real();
    magnitudes += std::abs(value);
  }
  return magnitudes == 0 ? 0.f : static_cast<float>(sum / magnitudes);
}

TL_INLINE TokenRanks::TokenRanks(const float* w_o_u, std::size_t d_head, std::size_t d_vocab, int threads)
    : panels_(allocate<float>(kernels::packed_size<float>(d_head, d_vocab))),
      w_o_u_{panels_.get(), d_head, d_vocab},
      logits_(tokens_at_a_time * d_vocab),
      threads_(threads) {
  kernels::pack(w_o_u, d_vocab, 1, d_head, d_vocab, panels_.get(), nullptr, threads);
}

TL_INLINE void TokenRanks::add(const float* values, std::size_t first, std::size_t count) {
  const std::size_t n = w_o_u_.n;
  kernels::linear<float>({values, w_o_u_.k, count}, w_o_u_, nullptr, {logits_.data(), n}, {}, threads_);
  std::vector<std::size_t> above(count);
  kernels::parallel_for(count, threads_, [&](std::size_t i, int) {
    const float* const row = logits_.data() + i * n;
    const float own = row[first + i];
    std::size_t greater = 0;
    for (std::size_t token = 0; token != n; ++token) greater += row[token] > own;
    above[i] = greater;
  });
  for (const std::size_t rank : above) {
    ranks_ += static_cast<double>(rank);
    first_ += rank == 0;
  }
  tokens_ += count;
}

TL_INLINE TokenCopying TokenRanks::result() const {
  const double tokens = static_cast<double>(tokens_);
  return {ranks_ / tokens, static_cast<double>(first_) / tokens};
}

}  // namespace TL_NAMESPACE::detail
