#pragma once
// What one wants to know of logits without keeping them: rows of d_vocab floats are a third of GPT-2's work and would be
// most of its memory.
#include <cstddef>
#include <tl/core/token.hpp>
#include <tl/kernels/linear.hpp>

namespace TL_NAMESPACE::kernels {

struct TokenLogit {
  Token token;
  float logit;

  // Greater logits first; of equals the lower id.
  friend constexpr bool operator<(const TokenLogit& a, const TokenLogit& b) {
    return a.logit != b.logit ? a.logit > b.logit : a.token < b.token;
  }
};

// Where answers go; what is null is not asked. log p(token) is its logit less log_sum_exp.
struct LogitQuestions {
  float* log_sum_exp = nullptr;    // [rows], with the bits of softmax.hpp's
  const Token* target = nullptr;   // [rows]: the logit of this token ...
  float* target_logit = nullptr;   // [rows]: ... goes here
  TokenLogit* top = nullptr;       // [rows, top_count], in order; NaN is never among them
  std::size_t top_count = 0;       // at most the number of columns
  const Token* columns = nullptr;  // [column_count]: of every row the logits of these tokens ...
  std::size_t column_count = 0;
  float* column_logits = nullptr;  // [rows, column_count]: ... go here; nothing else asked, nothing else is computed

  constexpr bool ask_of_all_columns() const { return log_sum_exp || target || top_count != 0; }
};

// Of logits = x W_U + b_U, block by block: the bits of logits in memory.
template <StorageType S>
void read_logits(const LinearInput<S>& x, const PackedMatrix<S>& w_u, const float* b_u, const LogitQuestions& questions,
                 int threads);
// Of logits [rows, n] that are there.
void read_logits(const float* logits, std::size_t rows, std::size_t n, const LogitQuestions& questions, int threads);

}  // namespace TL_NAMESPACE::kernels

#ifdef TL_HEADER_ONLY
#include <tl/kernels/read_logits-inl.hpp>
#endif
