#pragma once
#include <cmath>
#include <tl/core/philox.hpp>
#include <tl/interp/composition.hpp>

namespace TL_NAMESPACE {

namespace detail {

// |V O M| = |G^T O M| where G G^T = V^T V: d_head rows in place of d_model.
TL_INLINE void ComposingHeads::add_sender(const kernels::DenseMatrix& w_v, const kernels::DenseMatrix& w_o) {
  const auto gram = product(transposed(w_v), w_v);
  const auto rows = product(transposed(kernels::cholesky(gram)), w_o);
  for (const double x : rows.values) senders.push_back(static_cast<float>(x));
}

// |M A B| = |M A G| where G G^T = B B^T.
TL_INLINE void ComposingHeads::add_receiver(std::size_t layer, std::size_t head, const kernels::DenseMatrix& first,
                                            const kernels::DenseMatrix& second) {
  const auto columns = product(first, kernels::cholesky(product(second, transposed(second))));
  receivers.resize(n_layer * d_model * n_head * d_head);
  for (std::size_t i = 0; i != d_model; ++i)
    for (std::size_t j = 0; j != d_head; ++j)
      receivers[((layer * d_model + i) * n_head + head) * d_head + j] = static_cast<float>(columns(i, j));
}

inline double sum_of_squares(const float* from, std::size_t rows, std::size_t columns, std::size_t stride) {
  double sum = 0;
  for (std::size_t i = 0; i != rows; ++i)
    for (std::size_t j = 0; j != columns; ++j) {
      const double x = static_cast<double>(from[i * stride + j]);
      sum += x * x;
    }
  return sum;
}

// A layer's senders times a layer's receivers at once: the blocks of the product are the pairs'.
TL_INLINE CompositionScores ComposingHeads::scores(int threads) const {
  const std::size_t width = n_head * d_head;
  CompositionScores scores(n_layer, n_head, n_layer, n_head);
  const auto panels = allocate<float>(kernels::packed_size<float>(d_model, width));
  const auto products = allocate<float>(width * width);
  const auto sender = [&](std::size_t layer, std::size_t head) {
    return senders.data() + (layer * n_head + head) * d_head * d_model;
  };
  const auto receiver = [&](std::size_t layer, std::size_t head) {
    return receivers.data() + layer * d_model * width + head * d_head;
  };
  std::vector<double> sender_squares, receiver_squares;
  for (std::size_t layer = 0; layer != n_layer; ++layer)
    for (std::size_t head = 0; head != n_head; ++head) {
      sender_squares.push_back(sum_of_squares(sender(layer, head), d_head, d_model, d_model));
      receiver_squares.push_back(sum_of_squares(receiver(layer, head), d_model, d_head, width));
    }
  for (std::size_t to = 1; to < n_layer; ++to) {
    kernels::pack(receiver(to, 0), width, 1, d_model, width, panels.get(), nullptr, threads);
    const kernels::PackedMatrix<float> packed{panels.get(), d_model, width};
    for (std::size_t from = 0; from != to; ++from) {
      kernels::linear<float>({sender(from, 0), d_model, width}, packed, nullptr, {products.get(), width}, {}, threads);
      for (std::size_t s = 0; s != n_head; ++s)
        for (std::size_t r = 0; r != n_head; ++r) {
          const float* const block = products.get() + s * d_head * width + r * d_head;
          const double alone = sender_squares[from * n_head + s] * receiver_squares[to * n_head + r];
          scores(from, s, to, r) = alone == 0 ? 0 : std::sqrt(sum_of_squares(block, d_head, d_head, width) / alone);
        }
    }
  }
  return scores;
}

}  // namespace detail

TL_INLINE RandomComposition random_composition(std::size_t d_model, std::size_t d_head, std::size_t count,
                                               std::uint64_t seed) {
  if (count == 0) throw Error("a mean of random composition scores needs at least one head");
  std::uint64_t stream = 0;
  const auto normal = [&](std::size_t rows, std::size_t columns) {
    std::vector<float> values(rows * columns);
    fill_normal(values, 1.0, {seed, stream++}, 0, Purpose::weights);
    return kernels::DenseMatrix{rows, columns, {values.begin(), values.end()}};
  };
  detail::ComposingHeads heads{2, count, d_model, d_head};
  for (std::size_t head = 0; head != count; ++head) {
    heads.add_sender(normal(d_model, d_head), normal(d_head, d_model));
    heads.add_receiver(1, head, normal(d_model, d_head), normal(d_head, d_model));
  }
  heads.senders.resize(2 * heads.senders.size());  // of the second layer, which sends to none
  const CompositionScores scores = heads.scores(1);
  double sum = 0, squares = 0;
  for (std::size_t i = 0; i != count; ++i)
    for (std::size_t j = 0; j != count; ++j) {
      sum += scores(0, i, 1, j);
      squares += std::pow(scores(0, i, 1, j), 2);
    }
  const double pairs = static_cast<double>(count * count), mean = sum / pairs;
  return {mean, std::sqrt(std::max(0.0, squares / pairs - mean * mean))};
}

}  // namespace TL_NAMESPACE
