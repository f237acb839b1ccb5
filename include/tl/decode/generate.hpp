#pragma once
// Generation with a KV cache and hooks: prefill, then one row a sequence and step. Hooks see every position once, at
// its absolute position; the last token of a text is drawn but not run. Prompts that begin alike are branches of one
// past: it is computed once, and they overlap in positions, so that the context has to hold the longest of them only.
#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <tl/decode/sampler.hpp>
#include <tl/decode/stop.hpp>
#include <tl/decode/token_picker.hpp>
#include <tl/model/gpt2.hpp>
#include <vector>

namespace TL_NAMESPACE {

struct GenerateOptions {
  std::size_t max_new_tokens = 100;
  SamplingOptions sampling{};
  std::vector<Token> stop_tokens{};         // a text ends after one of these
  std::vector<std::string> stop_strings{};  // of calls that take text: it ends before one of these
  std::size_t prefill_chunk = 0;            // prompt tokens a forward pass; 0: all. Never changes a bit
  int threads = 0;
};

// One text to be continued. The stream keys its random numbers: a prompt gives the same text whatever it runs beside.
// To hooks prompt i is sequence i.
struct Prompt {
  std::span<const Token> tokens;
  std::uint64_t stream = 0;
  std::optional<std::size_t> max_new_tokens{};  // of this text; none: the options'
  std::span<const Token> stop_tokens{};         // of this text, beside the options'
};

enum class StopReason { max_new_tokens, stop_token, context_full, callback };

template <class RunResult>
struct Generated {
  std::vector<Token> tokens;  // without the prompt; a stop token is the last
  StopReason stop = StopReason::max_new_tokens;
  RunResult run;  // what capture policies kept: prompt + generated - 1 positions
};

struct GenerationCost {
  double prefill_seconds = 0, decode_seconds = 0;
  std::size_t prefill_rows = 0;      // a prefix that all prompts have in common counts once
  std::size_t shared_positions = 0;  // of such a prefix
  std::size_t decoded_tokens = 0;    // rows that ran after the prefill
  std::size_t forward_passes = 0;    // of both

  std::size_t rows() const { return prefill_rows + decoded_tokens; }
  double tokens_per_second() const {
    return decode_seconds > 0 ? static_cast<double>(decoded_tokens) / decode_seconds : 0;
  }
  GenerationCost& operator+=(const GenerationCost& other) {
    prefill_seconds += other.prefill_seconds;
    decode_seconds += other.decode_seconds;
    prefill_rows += other.prefill_rows;
    shared_positions += other.shared_positions;
    decoded_tokens += other.decoded_tokens;
    forward_passes += other.forward_passes;
    return *this;
  }
};

template <class RunResult>
struct Generation : GenerationCost {
  std::vector<Generated<RunResult>> texts;
};

// Called with each token as it is drawn; a text whose callback returns false ends there.
using OnToken = std::function<bool(std::size_t text, Token token)>;

// What a session has computed and texts begin with: the first `length` positions of a sequence.
struct CachedBeginning {
  std::size_t sequence, length;
};

// What continue_prompts adds to prompts: tokens without the prompt, a stop token last, and why each text ended.
struct Continuations : GenerationCost {
  std::vector<std::vector<Token>> tokens;
  std::vector<StopReason> stops;
};

namespace detail {

// Runs all chunks of the tokens but the last, which fill the cache only; the number of tokens run.
template <class Session>
std::size_t prefill_all_but_the_last(Session& session, std::size_t sequence, std::span<const Token> tokens,
                                     std::size_t chunk) {
  std::size_t done = 0;
  if (chunk != 0)
    for (; tokens.size() - done > chunk; done += chunk)
      session.extend(sequence, tokens.subspan(done, chunk), Need::past);
  return done;
}

// A pass over the weights costs about as much as so many rows more in another pass: what a common beginning, a BOS say,
// has to save before it gets a pass of its own.
inline constexpr std::size_t rows_worth_a_pass = 16;

// Opens a sequence for each prompt. What they all begin with, if that saves rows enough and hooks allow it, is computed
// once; returns its length.
template <class Session>
std::size_t open_with_common_prefix(Session& session, std::span<const Prompt> prompts, std::size_t chunk) {
  if (prompts.empty()) return 0;
  const std::size_t sequence = session.open(prompts[0].tokens.size());
  const std::span<const Token> first = prompts[0].tokens;
  std::size_t shared = prompts.size() == 1 ? 0 : first.size();
  for (const Prompt& prompt : prompts) {
    const auto end = std::min(shared, prompt.tokens.size() - 1);  // the last token of each is its own: it has logits
    shared = static_cast<std::size_t>(
        std::mismatch(first.begin(), first.begin() + static_cast<std::ptrdiff_t>(end), prompt.tokens.begin()).first -
        first.begin());
    const std::size_t index = sequence + static_cast<std::size_t>(&prompt - prompts.data());
    if (!session.may_share(shared, {sequence, first.size()}, {index, prompt.tokens.size()})) shared = 0;
  }
  if (shared * (prompts.size() - 1) < rows_worth_a_pass) shared = 0;
  if (shared != 0) {
    const auto prefix = first.first(shared);
    const std::size_t done = prefill_all_but_the_last(session, sequence, prefix, chunk);
    session.extend(sequence, prefix.subspan(done), Need::past);
  }
  for (const Prompt& prompt : prompts.subspan(1)) {
    if (shared != 0) session.branch(sequence, shared, prompt.tokens.size());
    else session.open(prompt.tokens.size());
  }
  return shared;
}

// Opens a sequence for each prompt that goes on from a cached beginning. Returns its length, or 0 where a hook has to
// see it again for some prompt: then nothing is shared.
template <class Session>
std::size_t open_from(Session& session, std::span<const Prompt> prompts, CachedBeginning cached) {
  const SequenceInfo from{cached.sequence, session.prompt_length(cached.sequence)};
  std::size_t index = session.sequences();
  bool may_share = true;
  for (const Prompt& prompt : prompts)
    may_share = may_share && session.may_share(cached.length, from, {index++, prompt.tokens.size()});
  for (const Prompt& prompt : prompts) {
    if (may_share) session.branch(cached.sequence, cached.length, prompt.tokens.size());
    else session.open(prompt.tokens.size());
  }
  return may_share ? cached.length : 0;
}

// Computes the prompts, each in a new sequence of its own: logits behind each, in order.
template <class Session>
auto prefill(Session& session, std::span<const Prompt> prompts, std::size_t chunk,
             std::optional<CachedBeginning> cached, GenerationCost& cost) {
  const auto start = std::chrono::steady_clock::now();
  const std::size_t first_sequence = session.sequences(), rows_before = session.rows_computed();
  cost.shared_positions =
      cached ? open_from(session, prompts, *cached) : open_with_common_prefix(session, prompts, chunk);
  std::vector<Extension> extensions;
  for (std::size_t i = 0; i != prompts.size(); ++i) {
    const auto own = prompts[i].tokens.subspan(cost.shared_positions);
    const std::size_t sequence = first_sequence + i;
    extensions.push_back({sequence, own.subspan(prefill_all_but_the_last(session, sequence, own, chunk))});
  }
  const auto logits = session.extend(extensions, Need::last_logits);
  cost.prefill_rows = session.rows_computed() - rows_before;
  cost.prefill_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return logits;
}

// Where texts end.
class TextEnds {
 public:
  // Throws Error where a prompt is empty. What is given must outlive it.
  TextEnds(std::span<const Prompt> prompts, const GenerateOptions& options, const OnToken& on_token, std::size_t n_ctx)
      : prompts_(prompts), options_(options), on_token_(on_token), n_ctx_(n_ctx), stop_tokens_(options.stop_tokens) {
    for (const Prompt& prompt : prompts)
      if (prompt.tokens.empty()) throw Error("a prompt of no tokens cannot be continued: put the BOS in front");
  }

  std::size_t most_tokens(std::size_t text) const {
    return prompts_[text].max_new_tokens.value_or(options_.max_new_tokens);
  }
  // Why the text, prompt and generated tokens, ends behind the token that it got last; none where it goes on.
  std::optional<StopReason> operator()(std::size_t text, std::span<const Token> tokens) const {
    const Token token = tokens.back();
    const bool go_on = !on_token_ || on_token_(text, token);
    if (stop_tokens_.contains(token) || std::ranges::count(prompts_[text].stop_tokens, token) != 0)
      return StopReason::stop_token;
    if (!go_on) return StopReason::callback;
    if (tokens.size() - prompts_[text].tokens.size() == most_tokens(text)) return StopReason::max_new_tokens;
    if (tokens.size() > n_ctx_) return StopReason::context_full;
    return std::nullopt;
  }

 private:
  std::span<const Prompt> prompts_;
  const GenerateOptions& options_;
  const OnToken& on_token_;
  std::size_t n_ctx_;
  StopTokens stop_tokens_;
};

}  // namespace detail

// The loop of generation, in a session that may go on afterwards: opens a sequence for each prompt and continues them
// all at once, without padding; each text is bitwise what it would be alone. Where every prompt begins with what
// `cached` names, that is not computed again. Throws Error where a prompt is empty or longer than the context.
template <class Session, TokenPicker Picker>
Continuations continue_prompts(Session& session, std::span<const Prompt> prompts, const GenerateOptions& options,
                               const Picker& pick, const OnToken& on_token,
                               std::optional<CachedBeginning> cached = {}) {
  Continuations result;
  result.stops.resize(prompts.size(), StopReason::max_new_tokens);
  const detail::TextEnds ends(prompts, options, on_token, session.model().config().n_ctx);
  std::vector<std::vector<Token>> histories;
  std::vector<std::size_t> active;  // texts that go on
  for (std::size_t text = 0; text != prompts.size(); ++text) {
    const std::span<const Token> tokens = prompts[text].tokens;
    if (ends.most_tokens(text) != 0) active.push_back(text);
    histories.emplace_back(tokens.begin(), tokens.end()).reserve(tokens.size() + ends.most_tokens(text));
  }

  const std::size_t first_sequence = session.sequences(), passes_before = session.forward_passes();
  auto logits = detail::prefill(session, prompts, options.prefill_chunk, cached, result);
  const auto decode_start = std::chrono::steady_clock::now();
  std::vector<Extension> extensions;
  for (bool first = true; !active.empty(); first = false) {
    if (!first) {
      extensions.clear();
      for (std::size_t text : active) extensions.push_back({first_sequence + text, std::span(histories[text]).last(1)});
      logits = session.extend(extensions, Need::last_logits);
      result.decoded_tokens += active.size();
    }
    std::size_t kept = 0;
    for (std::size_t row = 0; row != active.size(); ++row) {
      const std::size_t text = active[row];
      std::vector<Token>& history = histories[text];
      const auto row_logits = logits(first ? text : row).values();
      history.push_back(pick(row_logits, StepContext{history.size(), history, prompts[text].tokens.size()},
                             RandomKey{options.sampling.seed, prompts[text].stream}));
      if (const auto stop = ends(text, history)) result.stops[text] = *stop;
      else active[kept++] = text;
    }
    active.resize(kept);
  }
  result.forward_passes = session.forward_passes() - passes_before;
  result.decode_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - decode_start).count();
  for (std::size_t i = 0; i != prompts.size(); ++i)
    result.tokens.emplace_back(histories[i].begin() + static_cast<std::ptrdiff_t>(prompts[i].tokens.size()),
                               histories[i].end());
  return result;
}

// Continues several prompts at once with hooks of their own, and gives what capture policies kept. Throws Error as
// continue_prompts does.
template <class Model, TokenPicker Picker, AnyPolicy... Policies>
Generation<typename Model::template RunOf<Policies...>> generate(const Model& model, std::span<const Prompt> prompts,
                                                                 const GenerateOptions& options, const Picker& pick,
                                                                 const OnToken& on_token, Policies&&... policies) {
  auto session = model.session(RunOptions{options.threads}, std::forward<Policies>(policies)...);
  Continuations continued = continue_prompts(session, prompts, options, pick, on_token);
  Generation<typename Model::template RunOf<Policies...>> result{continued, {}};
  for (std::size_t i = 0; i != prompts.size(); ++i)
    result.texts.push_back({std::move(continued.tokens[i]), continued.stops[i],
                            take_run<Model::static_config>(session.hooks(), i, model.config().n_layer)});
  return result;
}

// One prompt, sampled as the options say.
template <class Model, AnyPolicy... Policies>
auto generate(const Model& model, std::span<const Token> prompt, const GenerateOptions& options,
              Policies&&... policies) {
  const Prompt one{prompt};
  auto result = generate(model, std::span(&one, 1), options, Sampler(options.sampling), OnToken{},
                         std::forward<Policies>(policies)...);
  return std::move(result.texts.front());
}

}  // namespace TL_NAMESPACE
