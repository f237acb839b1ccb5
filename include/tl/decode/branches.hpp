#pragma once
// Several continuations of one text at once. The text is computed once and shared, copied where it is written; every
// branch begins at its end, so positions overlap and the context has to hold the longest branch, not their sum. A
// branch is bitwise what it would be alone.
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/decode/generate.hpp>
#include <tl/decode/text_writer.hpp>
#include <utility>
#include <vector>

namespace TL_NAMESPACE {

// To hooks branch i is sequence i: where(sequences{i} && from{n}) restricts a policy to it.
struct Branch {
  std::string text{};                           // behind the common beginning; tokens of its own
  std::uint64_t stream = 0;                     // of its random numbers
  std::optional<std::size_t> max_new_tokens{};  // none: the options'
  std::vector<Token> stop_tokens{};             // beside the options'
  std::vector<std::string> stop_strings{};      // beside the options'
};

struct BranchText {
  std::vector<Token> prompt, tokens;             // the branch's own text; what was drawn, a stop token last
  std::string text;                              // without the stop token and anything from a stop string on
  StopReason stop = StopReason::max_new_tokens;  // callback: also at a stop string
};

struct BranchTexts : GenerationCost {
  std::vector<BranchText> texts;
};

// Called with a token of a branch and the text that has become certain with it; false ends the branch.
using OnBranchToken = std::function<bool(std::size_t branch, Token token, std::string_view piece)>;

// In a session of one's own, from tokens, of which `cached` are computed already. Throws Error where a branch has no
// token to begin with or does not fit the context.
template <class Session, TokenPicker Picker>
BranchTexts continue_branches(Session& session, const Tokenizer& tokenizer, std::span<const Token> beginning,
                              std::span<const Branch> branches, const GenerateOptions& options, const Picker& pick,
                              const OnBranchToken& on_token, std::optional<CachedBeginning> cached = {}) {
  std::vector<std::vector<Token>> tokens;
  std::vector<Prompt> prompts;
  std::vector<TextWriter> writers;
  std::vector<StopTokens> stops;
  BranchTexts result;
  for (const Branch& branch : branches) {
    const Tokens own = tokenizer.encode(branch.text);
    tokens.emplace_back(beginning.begin(), beginning.end()).insert(tokens.back().end(), own.begin(), own.end());
    result.texts.push_back({{own.begin(), own.end()}, {}, {}});
    std::vector<std::string> strings = options.stop_strings;
    strings.insert(strings.end(), branch.stop_strings.begin(), branch.stop_strings.end());
    writers.emplace_back(tokenizer, std::move(strings));
    std::vector<Token> ends = branch.stop_tokens;
    ends.insert(ends.end(), options.stop_tokens.begin(), options.stop_tokens.end());
    stops.emplace_back(std::move(ends));
    if (const std::size_t n_ctx = session.model().config().n_ctx; tokens.back().size() > n_ctx)
      throw Error("branch ", tokens.size() - 1, " does not fit the context: it begins with ", tokens.back().size(),
                  " tokens, and the context holds ", n_ctx);
  }
  for (std::size_t i = 0; i != branches.size(); ++i)
    prompts.push_back({tokens[i], branches[i].stream, branches[i].max_new_tokens, branches[i].stop_tokens});
  const OnToken on_each = [&](std::size_t i, Token token) {
    const std::string piece = stops[i].contains(token) ? std::string() : writers[i].push(token);
    const bool go_on = !on_token || on_token(i, token, piece);
    return go_on && !writers[i].stopped();
  };
  Continuations continued = continue_prompts(session, prompts, options, pick, on_each, cached);
  static_cast<GenerationCost&>(result) = continued;
  for (std::size_t i = 0; i != branches.size(); ++i) {
    writers[i].finish();
    result.texts[i].tokens = std::move(continued.tokens[i]);
    result.texts[i].text = writers[i].text();
    result.texts[i].stop = continued.stops[i];
  }
  return result;
}

// Of a model with its tokenizer: the BOS is put in front, and every branch ends at the EOS as well.
template <class Model, AnyPolicy... Policies>
BranchTexts generate_branches(const Model& model, std::string_view beginning, std::span<const Branch> branches,
                              GenerateOptions options, Policies&&... policies) {
  if (model.tokenizer().eos()) options.stop_tokens.push_back(*model.tokenizer().eos());
  auto session = model.session(RunOptions{options.threads}, std::forward<Policies>(policies)...);
  return continue_branches(session, model.tokenizer(), model.prompt(beginning), branches, options,
                           Sampler(options.sampling), OnBranchToken{});
}

}  // namespace TL_NAMESPACE
