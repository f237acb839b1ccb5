#pragma once
// Induction heads (Elhage et al. 2021; Olsson et al. 2022, "In-context Learning and Induction Heads"): which heads
// attend from a token of the second copy to the token after its first occurrence, and what the model gains by it.
#include <algorithm>
#include <cstddef>
#include <span>
#include <tl/interp/head_detector.hpp>
#include <tl/interp/repeated_tokens.hpp>
#include <tuple>
#include <utility>
#include <vector>

namespace TL_NAMESPACE {

// Mean over the second copy of the attention from i to i - (n - 1): 1 for an ideal induction head.
template <Config C, StorageType S, Basis B, AnyPolicy... Policies>
HeadScores induction_scores(const Gpt2<C, S, B>& model, const RepeatedTokens& tokens, RunOptions run = {},
                            Policies&&... policies) {
  const std::size_t second = tokens.second_copy(), offset = tokens.length() - 1;
  const auto pattern = [=](std::size_t query, std::size_t key, std::span<const Token>) -> float {
    return query >= second && key + offset == query;
  };
  return detect_heads(model, tokens, pattern, {}, run, std::forward<Policies>(policies)...);
}

// Cross-entropy in nats and top-1 accuracy of each copy's tokens. The first token of the second copy is left out:
// nothing before it says that a copy begins. So is what has no token before it.
struct CopyLosses {
  double first = 0, second = 0, first_accuracy = 0, second_accuracy = 0;
  // What having seen the tokens before is worth: repeated-token gain.
  double gain() const { return first - second; }
};

namespace detail {
// The mean of f(t) over those tokens of the first copy, and over those of the second. Throws Error where there are
// none.
template <class F>
std::pair<double, double> copy_means(const RepeatedTokens& tokens, const F& f) {
  if (tokens.length() < 2) throw Error("the losses of two copies need copies of at least two tokens");
  const auto mean = [&](std::size_t first, std::size_t last) {
    double sum = 0;
    for (std::size_t t = first; t != last; ++t) sum += f(t);
    return sum / static_cast<double>(last - first);
  };
  return {mean(std::max<std::size_t>(tokens.first_copy(), 1), tokens.second_copy()),
          mean(tokens.second_copy() + 1, tokens.size())};
}
}  // namespace detail

template <Config C, StorageType S, Basis B, AnyPolicy... Policies>
CopyLosses copy_losses(const Gpt2<C, S, B>& model, const RepeatedTokens& tokens, RunOptions run = {},
                       Policies&&... policies) {
  const std::size_t n = tokens.size() - 1;
  std::vector<float> log_sum(n), target_logit(n);
  std::vector<kernels::TokenLogit> top(n);
  auto session = model.session(run, std::forward<Policies>(policies)...);
  session.read(session.open(tokens.size()), std::span(tokens.ids()).first(n),
               {.log_sum_exp = log_sum.data(),
                .target = tokens.data() + 1,
                .target_logit = target_logit.data(),
                .top = top.data(),
                .top_count = 1});
  CopyLosses losses;
  std::tie(losses.first, losses.second) = detail::copy_means(
      tokens, [&](std::size_t t) { return static_cast<double>(log_sum[t - 1] - target_logit[t - 1]); });
  std::tie(losses.first_accuracy, losses.second_accuracy) =
      detail::copy_means(tokens, [&](std::size_t t) { return static_cast<double>(top[t - 1].token == tokens[t]); });
  return losses;
}

// The loss of token `late` less that of token `early` (indices into each prompt; 500 and 50 in Olsson et al.), mean
// over prompts: the more negative, the more is learnt from the context. Throws Error where a prompt is too short.
template <Config C, StorageType S, Basis B, AnyPolicy... Policies>
double in_context_learning_score(const Gpt2<C, S, B>& model, std::span<const std::vector<Token>> prompts,
                                 std::size_t early = 50, std::size_t late = 500, RunOptions run = {},
                                 Policies&&... policies) {
  if (prompts.empty() || early == 0 || late <= early)
    throw Error(
        "an in-context learning score needs prompts, and two positions of which the first is 1 or more and below the "
        "other");
  double sum = 0;
  for (const std::vector<Token>& prompt : prompts) {
    if (prompt.size() <= late)
      throw Error("the loss of token ", late, " was asked for in a prompt of ", prompt.size(), " tokens");
    const auto log_probs = model.log_probs(std::span(prompt).first(late + 1), run, policies...);
    sum += static_cast<double>(log_probs(early - 1)) - static_cast<double>(log_probs(late - 1));
  }
  return sum / static_cast<double>(prompts.size());
}

}  // namespace TL_NAMESPACE
