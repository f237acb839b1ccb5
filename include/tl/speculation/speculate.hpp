#pragma once
// Generation by speculation: a draft proposes a tree of tokens, the model runs all of it in one pass, and a rule walks
// down as far as the model agrees.
#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <functional>
#include <span>
#include <tl/decode/generate.hpp>
#include <tl/hooks/capture.hpp>
#include <tl/speculation/acceptance.hpp>
#include <tl/speculation/draft.hpp>
#include <tl/speculation/match.hpp>
#include <tl/speculation/payoff.hpp>
#include <tl/speculation/verify.hpp>
#include <utility>
#include <vector>

namespace TL_NAMESPACE {

struct SpeculateOptions {
  GenerateOptions generate{};
  // Let the measured t(n) decide how many nodes of a tree run, and do without drafts while they do not pay. For Match
  // only, whose text that cannot change: with another rule a text would depend on the clock.
  bool adaptive = true;
};

template <class RunResult>
struct Speculation : Generation<RunResult> {
  AcceptanceCounts acceptance;  // a step is a text's share of a pass after the prefill; plain ones count
  Payoff payoff;

  // Committed tokens, bonus tokens included, by passes of the model after the prefill that a text took part in.
  double tokens_per_step() const { return acceptance.tokens_per_step(); }
};

// Called after each step of a text with its tree and the path that was accepted, the root first; the text's last token
// is the bonus.
template <Proposal P>
using OnTree = std::function<void(std::size_t text, const TokenTree<P>& tree, std::span<const std::size_t> path,
                                  const GrowingText& so_far)>;

namespace detail {
struct RefuseCaptures {
  template <class Policy>
  void operator()(Policy& policy) const {
    if constexpr (requires { policy.captures(); })
      if (policy.captures())
        throw Error(
            "speculation runs rows that may be taken back, so nothing can be captured meanwhile: run the "
            "finished text with the captures, which gives the same bits");
  }
};
}  // namespace detail

// Continues prompts as generate() does, several at once, and gives what it gives: with Match the same text, token for
// token; with Rejection one of the same distribution. Each step takes one pass of the model over the trees of all
// texts; what is accepted moves to its place in the cache, which then holds the bits of a prefill of the text. `pick`
// shapes the logits of each node by the text that leads there, so penalties, a watermark and dynamic temperatures are
// those of that text; stop tokens and on_token end a text within a path too. Hooks must be functions of layer and
// position; they see drafts as rows of Phase::verify. Throws Error as generate() does, where the draft cannot serve the
// model, where a policy captures, and where a tree of fixed shape is deeper than the context left behind a prompt.
template <class Model, Draft D, class Rule, TokenPicker Picker, AnyPolicy... Policies>
Speculation<typename Model::template RunOf<Policies...>> speculate(const Model& model, std::span<const Prompt> prompts,
                                                                   D& draft, Rule rule, const SpeculateOptions& options,
                                                                   const Picker& pick, const OnToken& on_token,
                                                                   const OnTree<typename D::proposal>& on_tree,
                                                                   Policies&&... policies) {
  static_assert(!(detail::is_capture<std::remove_cvref_t<Policies>> || ...),
                "tl: speculation runs rows that may be taken back, so nothing can be captured meanwhile: run the "
                "finished text with the captures, which gives the same bits");
  using P = typename D::proposal;
  using Clock = std::chrono::steady_clock;
  const auto seconds = [](Clock::duration d) { return std::chrono::duration<double>(d).count(); };
  Speculation<typename Model::template RunOf<Policies...>> result;
  Payoff& payoff = result.payoff;
  const std::size_t n_ctx = model.config().n_ctx;
  const bool adaptive = options.adaptive && std::same_as<Rule, Match>;
  const detail::TextEnds ends(prompts, options.generate, on_token, n_ctx);
  auto session = model.session(RunOptions{options.generate.threads}, std::forward<Policies>(policies)...);
  session.hooks().for_each(detail::RefuseCaptures{});
  std::vector<GrowingText> texts;
  std::vector<std::size_t> active;  // texts that go on
  for (const Prompt& prompt : prompts) {
    if (prompt.tokens.size() <= n_ctx && prompt.tokens.size() + draft.fixed_depth() > n_ctx)
      throw Error("the token tree is ", draft.fixed_depth(), " tokens deep, and behind a prompt of ",
                  prompt.tokens.size(), " the context of ", n_ctx, " has room for ", n_ctx - prompt.tokens.size());
    if (ends.most_tokens(texts.size()) != 0) active.push_back(texts.size());
    texts.push_back({{prompt.tokens.begin(), prompt.tokens.end()},
                     prompt.tokens.size(),
                     RandomKey{options.generate.sampling.seed, prompt.stream}});
  }
  draft.begin(model.config(), prompts.size());
  std::vector<StopReason> stops(prompts.size(), StopReason::max_new_tokens);
  // Whether the text goes on behind the token that it has got.
  const auto goes_on = [&](std::size_t text) {
    const auto stop = ends(text, texts[text].tokens);
    if (stop) stops[text] = *stop;
    return !stop;
  };

  const auto first = detail::prefill(session, prompts, options.generate.prefill_chunk, {}, result);
  const auto start = Clock::now();
  std::erase_if(active, [&](std::size_t i) {
    GrowingText& text = texts[i];
    text.tokens.push_back(
        pick(first(i).values(), StepContext{text.tokens.size(), text.tokens, text.prompt_length}, text.key));
    return !goes_on(i);
  });
  std::vector<TokenTree<P>> trees(prompts.size());
  std::vector<TreeExtension> rows;
  std::vector<std::size_t> path;
  while (!active.empty()) {
    const bool drafts = !adaptive || payoff.wants_draft();
    const std::size_t n_active = active.size();
    const auto draft_start = Clock::now();
    rows.clear();
    for (const std::size_t i : active) {
      const GrowingText& text = texts[i];
      const std::size_t length = text.tokens.size(), left = ends.most_tokens(i) - (length - text.prompt_length);
      trees[i].begin(text.tokens.back(), length - 1, text.key);
      if (const std::size_t most_depth = std::min(n_ctx - length, left - 1); drafts && most_depth != 0) {
        draft.grow(i, text, trees[i], most_depth);
        if constexpr (std::same_as<P, Deterministic>)
          if (adaptive) trees[i].keep_best(payoff.best_size(trees[i], n_active));
      }
      rows.push_back({i, trees[i].nodes()});
    }
    const auto pass_start = Clock::now();
    const auto logits = session.trees(rows);
    const auto pass_end = Clock::now();
    std::size_t first_row = 0, tokens = 0;
    std::erase_if(active, [&](std::size_t i) {
      const auto logits_of = [&](std::size_t node) { return logits(first_row + node).values(); };
      const bool go_on = verify(
          trees[i], rule, logits_of, pick, texts[i], [&](Token) { return goes_on(i); }, path);
      session.accept(i, path);
      result.acceptance.add(trees[i], path, go_on);
      if (on_tree) on_tree(i, trees[i], path, texts[i]);
      first_row += trees[i].size();
      tokens += path.size();
      return !go_on;
    });
    result.decoded_tokens += tokens;
    payoff.add(drafts, n_active, first_row, tokens, seconds(pass_start - draft_start), seconds(pass_end - pass_start));
  }
  result.decode_seconds = seconds(Clock::now() - start);
  result.forward_passes = session.forward_passes();
  for (std::size_t i = 0; i != prompts.size(); ++i)
    result.texts.push_back(
        {{texts[i].tokens.begin() + static_cast<std::ptrdiff_t>(texts[i].prompt_length), texts[i].tokens.end()},
         stops[i],
         take_run<Model::static_config>(session.hooks(), i, model.config().n_layer)});
  return result;
}

}  // namespace TL_NAMESPACE
