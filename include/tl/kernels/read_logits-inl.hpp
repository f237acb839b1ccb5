#pragma once
// Bodies of read_logits.hpp. A task is a block of columns, over all rows; answers meet in an order that does not depend
// on who was quicker.
#include <algorithm>
#include <limits>
#include <tl/core/aligned_memory.hpp>
#include <tl/kernels/kernel_table.hpp>
#include <tl/kernels/parallel.hpp>
#include <tl/kernels/read_logits.hpp>
#include <tl/kernels/softmax.hpp>
#include <vector>

namespace TL_NAMESPACE::kernels {

namespace detail {

// Rows of a block that are computed before they are read: a tile of 96 x 1,024 floats stays in a second-level cache.
inline constexpr std::size_t reading_rows = 96;

class LogitReader {
 public:
  LogitReader(std::size_t rows, std::size_t columns, const LogitQuestions& questions, int threads)
      : rows_(rows), columns_(columns), blocks_((columns + block_columns - 1) / block_columns), ask_(questions) {
    if (ask_.log_sum_exp) sums_.resize(rows * blocks_);
    if (ask_.top_count != 0) {
      const TokenLogit nothing{std::numeric_limits<Token>::max(), -std::numeric_limits<float>::infinity()};
      best_.assign(static_cast<std::size_t>(threads), std::vector<TokenLogit>(rows * ask_.top_count, nothing));
    }
  }

  std::size_t blocks() const { return blocks_; }
  std::size_t first_column(std::size_t block) const { return block * block_columns; }
  std::size_t width(std::size_t block) const { return std::min(block_columns, columns_ - first_column(block)); }

  // Takes in a block of one row.
  void read(std::size_t row, std::size_t block, const float* logits, int thread) {
    const std::size_t n = width(block), first = first_column(block);
    const bool want_sum = ask_.log_sum_exp || ask_.top_count != 0;
    const BlockSum sum = want_sum ? table().block_sum(logits, n) : BlockSum{};
    if (ask_.log_sum_exp) sums_[row * blocks_ + block] = sum;
    if (ask_.target) {
      const auto target = static_cast<std::size_t>(ask_.target[row]);
      if (target >= first && target < first + n) ask_.target_logit[row] = logits[target - first];
    }
    if (ask_.top_count == 0) return;
    TokenLogit* const best = best_[static_cast<std::size_t>(thread)].data() + row * ask_.top_count;
    TokenLogit& worst = best[ask_.top_count - 1];
    // (An infinite maximum is given as the finite number next to it.)
    if (sum.max < worst.logit && worst.logit <= std::numeric_limits<float>::max()) return;
    for (std::size_t i = 0; i != n; ++i) {
      if (!(logits[i] >= worst.logit)) continue;
      const TokenLogit here{static_cast<Token>(first + i), logits[i]};
      if (!(here < worst)) continue;
      TokenLogit* const place = std::upper_bound(best, &worst, here);
      std::move_backward(place, &worst, &worst + 1);
      *place = here;
    }
  }

  // After the last block.
  void answer(int threads) {
    parallel_for(rows_, useful_threads(rows_ * blocks_, 1 << 10, threads), [&](std::size_t row, int) {
      if (ask_.log_sum_exp) ask_.log_sum_exp[row] = table().combine(sums_.data() + row * blocks_, blocks_);
      if (ask_.top_count == 0) return;
      const std::size_t at = row * ask_.top_count;
      std::vector<TokenLogit> all;
      for (const auto& best : best_) {
        const auto begin = best.begin() + static_cast<std::ptrdiff_t>(at);
        all.insert(all.end(), begin, begin + static_cast<std::ptrdiff_t>(ask_.top_count));
      }
      const auto end = all.begin() + static_cast<std::ptrdiff_t>(ask_.top_count);
      std::partial_sort(all.begin(), end, all.end());
      std::copy(all.begin(), end, ask_.top + at);
    });
  }

 private:
  std::size_t rows_, columns_, blocks_;
  LogitQuestions ask_;
  std::vector<BlockSum> sums_;                 // [row, block]
  std::vector<std::vector<TokenLogit>> best_;  // of each thread, [row, top_count]
};

// Rows [first, first + count) of x.
template <StorageType S>
LinearInput<S> rows_of(LinearInput<S> x, std::size_t first, std::size_t count) {
  x.x += first * x.stride;
  x.rows = count;
  if (x.scale) x.scale += first;
  if (x.sum) x.sum += first;
  return x;
}

// The logits of single tokens: each from the panel of columns that it lies in.
template <StorageType S>
void read_columns(const LinearInput<S>& x, const PackedMatrix<S>& w_u, const float* b_u, const LogitQuestions& ask,
                  int threads) {
  std::vector<float> panel(x.rows * panel_width);
  for (std::size_t i = 0; i != ask.column_count; ++i) {
    const auto token = static_cast<std::size_t>(ask.columns[i]);
    const std::size_t first = token / panel_width * panel_width;
    linear(x, w_u, b_u, {.y = panel.data(), .stride = panel_width, .part = panel_width, .part_stride = 0},
           {first, std::min(first + panel_width, w_u.n)}, threads);
    for (std::size_t r = 0; r != x.rows; ++r)
      ask.column_logits[r * ask.column_count + i] = panel[r * panel_width + token - first];
  }
}

}  // namespace detail

template <StorageType S>
void read_logits(const LinearInput<S>& x, const PackedMatrix<S>& w_u, const float* b_u, const LogitQuestions& questions,
                 int threads) {
  if (x.rows == 0 || w_u.n == 0) return;
  detail::read_columns(x, w_u, b_u, questions, threads);
  if (!questions.ask_of_all_columns()) return;
  detail::LogitReader reader(x.rows, w_u.n, questions, threads);
  const std::size_t tile_rows = std::min(x.rows, detail::reading_rows), tile_size = tile_rows * block_columns;
  const auto tiles = allocate<float>(tile_size * static_cast<std::size_t>(threads));
  parallel_for(reader.blocks(), threads, [&](std::size_t block, int thread) {
    float* const tile = tiles.get() + static_cast<std::size_t>(thread) * tile_size;
    const std::size_t column = reader.first_column(block);
    for (std::size_t first = 0; first < x.rows; first += tile_rows) {
      const std::size_t rows = std::min(tile_rows, x.rows - first);
      // Every block is a part of its own, and all parts lie in one place: column c goes to c % 1,024 of the tile.
      linear(detail::rows_of(x, first, rows), w_u, b_u,
             {.y = tile, .stride = block_columns, .part = block_columns, .part_stride = 0},
             {column, column + reader.width(block)}, 1);
      for (std::size_t r = 0; r != rows; ++r) reader.read(first + r, block, tile + r * block_columns, thread);
    }
  });
  reader.answer(threads);
}

TL_INLINE void read_logits(const float* logits, std::size_t rows, std::size_t n, const LogitQuestions& questions,
                           int threads) {
  if (rows == 0 || n == 0) return;
  for (std::size_t r = 0; r != rows; ++r)
    for (std::size_t i = 0; i != questions.column_count; ++i)
      questions.column_logits[r * questions.column_count + i] = logits[r * n + static_cast<std::size_t>(questions.columns[i])];
  if (!questions.ask_of_all_columns()) return;
  detail::LogitReader reader(rows, n, questions, threads);
  parallel_for(reader.blocks(), useful_threads(rows * n, 1 << 14, threads), [&](std::size_t block, int thread) {
    for (std::size_t r = 0; r != rows; ++r) reader.read(r, block, logits + r * n + reader.first_column(block), thread);
  });
  reader.answer(threads);
}

#ifndef TL_HEADER_ONLY
template void read_logits(const LinearInput<float>&, const PackedMatrix<float>&, const float*, const LogitQuestions&,
                          int);
template void read_logits(const LinearInput<bf16>&, const PackedMatrix<bf16>&, const float*, const LogitQuestions&, int);
template void read_logits(const LinearInput<int8>&, const PackedMatrix<int8>&, const float*, const LogitQuestions&, int);
#endif

}  // namespace TL_NAMESPACE::kernels
