#pragma once
// Bodies of attention.hpp, once an instruction set. Rows that begin with the same past are taken together over it, up
// to six, so that a key is read once for all; then each goes on over what only it sees. Neither changes a chain.
#include <tl/kernels/attention.hpp>
#include <tl/kernels/attention_mix-inl.hpp>
#include <tl/kernels/attention_scores-inl.hpp>
#include <tl/kernels/attention_softmax-inl.hpp>
#include <tl/kernels/parallel.hpp>
#include <utility>

namespace TL_NAMESPACE::kernels {

namespace detail {

inline constexpr std::size_t attention_grain = 1 << 15, attention_softmax_grain = 1 << 13;

// Calls f.template operator()<rows>().
template <class Arch, class F, int... Below>
void with_rows(std::size_t rows, const F& f, std::integer_sequence<int, Below...>) {
  static_cast<void>(((rows == Below + 1 ? (f.template operator()<Below + 1>(), true) : false) || ...));
}
template <class Arch, class F>
void with_rows(std::size_t rows, const F& f) {
  with_rows<Arch>(rows, f, std::make_integer_sequence<int, int{attention_rows}>{});
}

// The two products for one head of a group; scores[i] and pattern[i] are those of its row i.
template <class Arch>
void score_group(const float* q, const Pasts& pasts, const Group<Arch>& group, const HeadCache<Arch>& head,
                 float* const* scores) {
  const std::size_t d_head = head.cache.d_head, stride = head.cache.n_head * d_head;
  const auto spans = [&](std::size_t row) { return pasts.spans + pasts.first_span[row]; };
  const float* first_q = q + group.first * stride + head.head * d_head;
  with_rows<Arch>(group.rows, [&]<int Rows>() {
    score_rows<Arch, Rows>(first_q, stride, head, spans(group.leader), 0, pasts.length[group.leader], scores,
                           group.common);
  });
  for (std::size_t i = 0; i != group.rows; ++i) {
    const std::size_t length = pasts.length[group.first + i];
    if (group.common[i] != length)
      score_rows<Arch, 1>(first_q + i * stride, stride, head, spans(group.first + i), group.common[i], length,
                          scores + i, &length);
  }
}

template <class Arch>
void mix_group(const float* const* pattern, const Pasts& pasts, const Group<Arch>& group, const HeadCache<Arch>& head,
               float* z) {
  const std::size_t d_head = head.cache.d_head, stride = head.cache.n_head * d_head;
  const auto spans = [&](std::size_t row) { return pasts.spans + pasts.first_span[row]; };
  float* first_z = z + group.first * stride + head.head * d_head;
  with_rows<Arch>(group.rows, [&]<int Rows>() {
    mix_rows<Arch, Rows>(pattern, head,
                         {spans(group.leader), 0, group.shortest_common, pasts.length[group.leader], group.common},
                         first_z, stride);
  });
  for (std::size_t i = 0; i != group.rows; ++i) {
    const std::size_t length = pasts.length[group.first + i];
    if (group.common[i] != length)
      mix_rows<Arch, 1>(pattern + i, head, {spans(group.first + i), group.common[i], length, length, &length},
                        first_z + i * stride, stride);
  }
}

// f(group, head, thread) for every head and group of rows; late rows, whose pasts are long, first.
template <class Arch, class F>
void for_each_group(const Pasts& pasts, const KeyValues& cache, int threads, const F& f) {
  constexpr std::size_t most = 64;  // groups at a time: no memory is allocated
  for (std::size_t row = 0; row != pasts.rows;) {
    Group<Arch> groups[most];
    std::size_t count = 0, keys = 0;
    for (; count != most && row != pasts.rows; row += groups[count++].rows) {
      groups[count] = group_at<Arch>(pasts, row);
      keys += groups[count].rows * pasts.length[groups[count].leader];
    }
    const int team = useful_threads(keys * cache.n_head * cache.d_head, attention_grain, threads);
    parallel_for(count * cache.n_head, team, [&](std::size_t item, int thread) {
      f(groups[count - 1 - item % count], HeadCache<Arch>{cache, item / count}, thread);
    });
  }
}

// Where the materialised scores of a group's rows lie.
template <class Arch, class Float>
void find_scores(const Pasts& pasts, const Group<Arch>& group, std::size_t head, Float* scores,
                 Float* (&rows)[attention_rows]) {
  for (std::size_t i = 0; i != group.rows; ++i) {
    const std::size_t r = group.first + i;
    rows[i] = scores + pasts.first_score[r] + head * pasts.length[r];
  }
}

}  // namespace detail

template <class Arch>
void attention(const float* q, Pasts pasts, KeyValues cache, float* z, float* scratch, int threads) {
  std::size_t longest = 0;
  for (std::size_t r = 0; r != pasts.rows; ++r) longest = pasts.length[r] > longest ? pasts.length[r] : longest;
  const std::size_t stride = attention_scratch(longest, 1) / attention_rows;
  detail::for_each_group<Arch>(
      pasts, cache, threads, [=](const detail::Group<Arch>& group, const detail::HeadCache<Arch>& head, int thread) {
        float* scores[attention_rows];
        for (std::size_t i = 0; i != group.rows; ++i)
          scores[i] = scratch + (static_cast<std::size_t>(thread) * attention_rows + i) * stride;
        detail::score_group(q, pasts, group, head, scores);
        std::size_t length[attention_rows];
        for (std::size_t i = 0; i != group.rows; ++i) length[i] = pasts.length[group.first + i];
        detail::with_rows<Arch>(group.rows,
                                [&]<int Rows>() { detail::attention_softmax_rows<Arch, Rows>(scores, length); });
        detail::mix_group(scores, pasts, group, head, z);
      });
}

template <class Arch>
void attention_scores(const float* q, Pasts pasts, KeyValues cache, float* scores, int threads) {
  detail::for_each_group<Arch>(pasts, cache, threads,
                               [=](const detail::Group<Arch>& group, const detail::HeadCache<Arch>& head, int) {
                                 float* rows[attention_rows];
                                 detail::find_scores(pasts, group, head.head, scores, rows);
                                 detail::score_group(q, pasts, group, head, rows);
                               });
}

template <class Arch>
void attention_softmax(Pasts pasts, std::size_t n_head, float* scores, int threads) {
  std::size_t keys = 0;
  for (std::size_t r = 0; r != pasts.rows; ++r) keys += pasts.length[r];
  const int team = useful_threads(keys * n_head, detail::attention_softmax_grain, threads);
  parallel_for(pasts.rows * n_head, team, [=](std::size_t item, int) {
    const std::size_t row = item / n_head;
    float* x = scores + pasts.first_score[row] + item % n_head * pasts.length[row];
    const std::size_t length = pasts.length[row];
    detail::attention_softmax_rows<Arch, 1>(&x, &length);
  });
}

template <class Arch>
void attention_mix(const float* pattern, Pasts pasts, KeyValues cache, float* z, int threads) {
  detail::for_each_group<Arch>(pasts, cache, threads,
                               [=](const detail::Group<Arch>& group, const detail::HeadCache<Arch>& head, int) {
                                 const float* rows[attention_rows];
                                 detail::find_scores(pasts, group, head.head, pattern, rows);
                                 detail::mix_group(rows, pasts, group, head, z);
                               });
}

}  // namespace TL_NAMESPACE::kernels
