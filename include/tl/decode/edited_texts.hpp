#pragma once
// What an edit at a hook point makes of a model's texts, and what the model without it thinks of them.
#include <cstddef>
#include <span>
#include <string_view>
#include <tl/decode/generate.hpp>
#include <tl/hooks/dynamic_hooks.hpp>
#include <utility>
#include <vector>

namespace TL_NAMESPACE {

// Continues each prompt with the edit at every position but 0; prompt i draws from stream i. Without an edit the model
// is as it is. Throws Error where the name is of no point, and as generate does.
template <class Model>
std::vector<std::vector<Token>> edited_texts(const Model& model, std::string_view hook_name,
                                             DynamicHooks::Function edit, std::span<const std::vector<Token>> prompts,
                                             const GenerateOptions& options) {
  DynamicHooks hooks;
  if (edit) hooks.edit(hook_name, std::move(edit), not_first);
  std::vector<Prompt> list;
  for (const std::vector<Token>& prompt : prompts) list.push_back({prompt, list.size()});
  const auto generation = generate(model, list, options, Sampler(options.sampling), OnToken{}, hooks);
  std::vector<std::vector<Token>> texts;
  for (const auto& text : generation.texts) texts.push_back(text.tokens);
  return texts;
}

// The mean -log p of the continuations' tokens, each after its prompt and those before it, in nats. Throws Error where
// there is no token.
template <class Model>
double continuation_loss(const Model& model, std::span<const std::vector<Token>> prompts,
                         std::span<const std::vector<Token>> continuations, RunOptions run = {}) {
  double sum = 0;
  std::size_t tokens = 0;
  for (std::size_t i = 0; i != prompts.size(); ++i) {
    std::vector<Token> whole = prompts[i];
    whole.insert(whole.end(), continuations[i].begin(), continuations[i].end());
    whole.resize(std::min(whole.size(), model.config().n_ctx));
    if (whole.size() <= prompts[i].size()) continue;
    const auto log_probs = model.log_probs(whole, run);
    for (std::size_t pos = prompts[i].size() - 1; pos + 1 != whole.size(); ++pos, ++tokens)
      sum -= static_cast<double>(log_probs(pos));
  }
  if (tokens == 0) throw Error("there is no loss of texts without a token");
  return sum / static_cast<double>(tokens);
}

}  // namespace TL_NAMESPACE
