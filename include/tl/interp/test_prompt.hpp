#pragma once
// How a model goes on after a prompt, and where an answer stands in it (TransformerLens' test_prompt).
#include <cmath>
#include <cstddef>
#include <span>
#include <tl/model/gpt2.hpp>
#include <vector>

namespace TL_NAMESPACE {

struct PromptTest {
  std::size_t rank = 0;  // of the answer: 0 is the likeliest; of equals the lower id comes first
  float logit = 0, log_prob = 0;
  std::vector<TokenLogProb> top;  // the likeliest tokens, likeliest first
  float probability() const { return std::exp(log_prob); }
};

// Throws Error where the prompt is empty, the answer is out of range, or the vocabulary has fewer than top_count.
template <Config C, StorageType S, Basis B, AnyPolicy... Policies>
PromptTest test_prompt(const Gpt2<C, S, B>& model, std::span<const Token> tokens, Token answer,
                       std::size_t top_count = 10, RunOptions run = {}, Policies&&... policies) {
  const std::size_t d_vocab = model.config().d_vocab;
  if (tokens.empty()) throw Error("a prompt without tokens has no next token");
  if (answer < 0 || static_cast<std::size_t>(answer) >= d_vocab)
    throw Error("token ", answer, " is out of range: the vocabulary has ", d_vocab, " tokens");
  if (top_count > d_vocab)
    throw Error("the ", top_count, " likeliest tokens were asked for, and the vocabulary has ", d_vocab);
  auto session = model.session(run, std::forward<Policies>(policies)...);
  const auto logits = session.extend(session.open(tokens.size()), tokens, Need::last_logits)(0).values();
  PromptTest test;
  float log_sum;
  std::vector<kernels::TokenLogit> top(top_count);
  kernels::read_logits(logits.data(), 1, d_vocab, {.log_sum_exp = &log_sum, .top = top.data(), .top_count = top_count},
                       run.resolved_threads());
  for (const kernels::TokenLogit& found : top) test.top.push_back({found.token, found.logit - log_sum});
  const kernels::TokenLogit own{answer, logits[static_cast<std::size_t>(answer)]};
  test.logit = own.logit, test.log_prob = own.logit - log_sum;
  for (std::size_t token = 0; token != d_vocab; ++token)
    test.rank += kernels::TokenLogit{static_cast<Token>(token), logits[token]} < own;
  return test;
}

}  // namespace TL_NAMESPACE
