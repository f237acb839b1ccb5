#pragma once
// How undecided a model was before each token of a text.
#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <tl/decode/entropy.hpp>
#include <tl/model/gpt2.hpp>
#include <vector>

namespace TL_NAMESPACE {

// f(position, logits [d_vocab]) with the logits of each token but the first, in order, some rows in memory at a time:
// the bits of those that a generation with the same policies drew it from. Throws Error where the context is shorter
// than the text.
template <class Model, class F, AnyPolicy... Policies>
void for_each_logits(const Model& model, std::span<const Token> tokens, RunOptions options, const F& f,
                     Policies&&... policies) {
  constexpr std::size_t rows = 96;  // as many as a product needs to be efficient
  auto session = model.session(options, std::forward<Policies>(policies)...);
  const std::size_t sequence = session.open(tokens.size());
  for (std::size_t done = 0; done + 1 < tokens.size();) {
    const auto next = tokens.subspan(done, std::min(rows, tokens.size() - 1 - done));
    const auto logits = session.extend(sequence, next, Need::all_logits);
    for (std::size_t row = 0; row != next.size(); ++row) f(++done, logits(row).values());
  }
}

// Entropy in nats of the distribution of each token; NaN of the first, which nothing comes before.
template <class Model, AnyPolicy... Policies>
std::vector<double> token_entropies(const Model& model, std::span<const Token> tokens, RunOptions options = {},
                                    Policies&&... policies) {
  std::vector<double> entropies(tokens.size(), std::numeric_limits<double>::quiet_NaN());
  for_each_logits(
      model, tokens, options,
      [&](std::size_t position, std::span<const float> logits) { entropies[position] = entropy(logits).nats; },
      std::forward<Policies>(policies)...);
  return entropies;
}

}  // namespace TL_NAMESPACE
