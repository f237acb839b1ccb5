#pragma once
// Skeleton-of-Thought (Ning, Lin, Zhou, Wang, Yang, Wang: "Skeleton-of-Thought: Prompting LLMs for efficient parallel
// generation", ICLR 2024): a short numbered list first, then all its points written at once, as branches of one past.
#include <algorithm>
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <tl/decode/branches.hpp>
#include <tl/decode/constraint.hpp>
#include <tl/skeleton/numbered_list.hpp>
#include <tl/skeleton/router.hpp>
#include <tl/skeleton/skeleton_points.hpp>
#include <tl/text/printable.hpp>
#include <utility>
#include <vector>

namespace TL_NAMESPACE {

struct SkeletonOptions {
  // The skeleton.
  std::string examples{};       // before the question: how others were answered
  std::string skeleton{};       // given instead of written
  bool constrained = true;      // written by the grammar of NumberedList; else as the model likes
  NumberedListLimits limits{};  // of that grammar
  std::size_t max_skeleton_tokens = 160;
  // Each point. Its prompt is the question, the skeleton and before_point + "3. the point" + after_point.
  std::string before_point = "\n", after_point{};
  std::size_t max_point_tokens = 60;
  std::vector<std::string> stop_strings{"\n"};  // of points
  // Of both. The skeleton draws from stream 0, the points from streams 1, 2, ... in their order.
  SamplingOptions sampling{};
  int threads = 0;
};

struct ExpandedPoint {
  SkeletonPoint point;
  BranchText written;
  std::size_t first_pass;  // the forward pass that its first token was drawn from; the skeleton's first is 1
};

struct SkeletonAnswer {
  std::string skeleton;
  std::vector<Token> skeleton_tokens;  // that were drawn
  std::vector<ExpandedPoint> points;   // in the skeleton's order
  Route route;
  GenerationCost skeleton_cost, point_cost;  // shared_positions of the points: of the past that each did not run again
  bool interrupted = false;

  std::size_t forward_passes() const { return skeleton_cost.forward_passes + point_cost.forward_passes; }
  std::size_t rows() const { return skeleton_cost.rows() + point_cost.rows(); }
  // The points and what was written of each, as it is read: "1. The sun is warm\n2. ..."
  std::string text() const {
    std::string joined;
    for (const ExpandedPoint& p : points)
      joined += (joined.empty() ? "" : "\n") + std::to_string(p.point.index) + ". " + p.point.text + p.written.text;
    return joined;
  }
};

// Called with each token and the text that has become certain with it; part 0 is the skeleton, 1 the first point, and
// so on. False ends the answer.
using OnSkeletonToken = std::function<bool(std::size_t part, Token token, std::string_view piece)>;

namespace detail {
// What of `tokens`, which branches go on from, a sequence that was given `of_sequence` has computed.
template <class Session>
CachedBeginning cached_part(const Session& session, std::size_t sequence, std::span<const Token> of_sequence,
                            std::span<const Token> tokens) {
  const std::size_t most = std::min({session.length(sequence), of_sequence.size(), tokens.size()});
  const auto end = tokens.begin() + static_cast<std::ptrdiff_t>(most);
  const auto differs = std::mismatch(tokens.begin(), end, of_sequence.begin()).first;
  return {sequence, static_cast<std::size_t>(differs - tokens.begin())};
}
}  // namespace detail

// Answers a question by a skeleton and its points: these at once, or in order where the router says so, each then
// seeing those before it. To hooks the skeleton is sequence 0, the points are 1, 2, ... in their order. Throws Error
// where the question is empty, the skeleton has no points, or something does not fit the context.
template <class Model, SkeletonRouter Router, AnyPolicy... Policies>
SkeletonAnswer answer_by_skeleton(const Model& model, const Tokenizer& tokenizer, std::string_view question,
                                  const SkeletonOptions& options, const Router& router, const OnSkeletonToken& on_token,
                                  Policies&&... policies) {
  if (question.find_first_not_of(" \n\t\r") == question.npos)
    throw Error("there is no question to write a skeleton for: it is empty");
  const std::size_t n_ctx = model.config().n_ctx;
  SkeletonAnswer answer;
  auto session = model.session(RunOptions{options.threads}, std::forward<Policies>(policies)...);
  GenerateOptions generate{.sampling = options.sampling, .threads = options.threads};
  if (tokenizer.eos()) generate.stop_tokens.push_back(*tokenizer.eos());
  const auto offer = [&](std::size_t part, Token token, std::string_view piece) {
    answer.interrupted = answer.interrupted || (on_token && !on_token(part, token, piece));
    return !answer.interrupted;
  };

  // The skeleton, sequence 0.
  std::string asked = options.examples + std::string(question);
  if (!asked.ends_with('\n')) asked += '\n';
  Tokens before = tokenizer.encode(asked + options.skeleton, Special::parse);
  if (tokenizer.bos()) before = before.with_bos();
  if (before.size() > n_ctx)
    throw Error("the question does not fit: it has ", before.size(), " tokens, and the context holds ", n_ctx);
  GenerateOptions of_skeleton = generate;
  of_skeleton.max_new_tokens = options.skeleton.empty() ? options.max_skeleton_tokens : 0;
  if (options.skeleton.empty() && options.constrained) {
    if (!tokenizer.eos()) throw Error("a constrained skeleton ends by the EOS, and this tokenizer has none");
    // Behind the caller's own stage, which sees the model's logits.
    of_skeleton.sampling.first_stage = [first = options.sampling.first_stage,
                                        constraint =
                                            Constraint(tokenizer, NumberedList(options.limits), *tokenizer.eos())](
                                           std::span<float> logits, const StepContext& context) {
      if (first) first(logits, context);
      constraint(logits, context);
    };
  }
  const Branch whole{};
  const BranchTexts skeleton = continue_branches(session, tokenizer, before, std::span(&whole, 1), of_skeleton,
                                                 Sampler(of_skeleton.sampling), OnBranchToken(offer));
  answer.skeleton_cost = skeleton;
  answer.skeleton_tokens = skeleton.texts[0].tokens;
  answer.skeleton = options.skeleton + skeleton.texts[0].text;
  if (answer.interrupted) return answer;
  const std::vector<SkeletonPoint> list = skeleton_points(answer.skeleton);
  if (list.empty())
    throw Error("the skeleton has no points: a point is a line such as `1. The sun`, and the skeleton is ",
                text::in_quotes(answer.skeleton));

  // Its points, from the end of the skeleton.
  answer.route = router(question, list);
  generate.max_new_tokens = options.max_point_tokens;
  generate.stop_strings = options.stop_strings;
  const Sampler sampler(options.sampling);
  std::vector<Branch> branches;
  for (const SkeletonPoint& point : list)
    branches.push_back({options.before_point + std::to_string(point.index) + ". " + point.text + options.after_point,
                        branches.size() + 1});
  std::vector<Token> past(before.begin(), before.end());
  past.insert(past.end(), answer.skeleton_tokens.begin(), answer.skeleton_tokens.end());
  std::vector<Token> of_last_sequence = past;
  if (!answer.skeleton_tokens.empty() && answer.skeleton_tokens.back() == tokenizer.eos()) past.pop_back();
  const auto write = [&](std::size_t first, std::size_t count) {
    const auto some = std::span(branches).subspan(first, count);
    for (std::size_t i = first; i != first + count; ++i)
      if (const std::size_t begins = past.size() + tokenizer.encode(branches[i].text).size(); begins > n_ctx)
        throw Error("point ", list[i].index, " does not fit: with all before it, it begins with ", begins,
                    " tokens, and the context holds ", n_ctx);
    const std::size_t first_pass = answer.forward_passes() + 1;
    BranchTexts written = continue_branches(
        session, tokenizer, past, some, generate, sampler,
        [&](std::size_t i, Token token, std::string_view piece) { return offer(first + i + 1, token, piece); },
        detail::cached_part(session, session.sequences() - 1, of_last_sequence, past));
    answer.point_cost += written;
    for (std::size_t i = 0; i != count; ++i)
      answer.points.push_back({list[first + i], std::move(written.texts[i]), first_pass});
  };
  if (answer.route.parallel) {
    write(0, list.size());
    return answer;
  }
  for (std::size_t i = 0; i != list.size() && !answer.interrupted; ++i) {
    write(i, 1);
    const BranchText& written = answer.points.back().written;
    of_last_sequence = past;
    for (std::vector<Token>* tokens : {&of_last_sequence, &past})
      tokens->insert(tokens->end(), written.prompt.begin(), written.prompt.end());
    of_last_sequence.insert(of_last_sequence.end(), written.tokens.begin(), written.tokens.end());
    const Tokens kept = tokenizer.encode(written.text);  // without what a stop string cut off
    past.insert(past.end(), kept.begin(), kept.end());
  }
  return answer;
}

// Of a model with its tokenizer.
template <class Model, SkeletonRouter Router, AnyPolicy... Policies>
SkeletonAnswer answer_by_skeleton(const Model& model, std::string_view question, const SkeletonOptions& options,
                                  const Router& router, const OnSkeletonToken& on_token, Policies&&... policies) {
  return answer_by_skeleton(model, model.tokenizer(), question, options, router, on_token,
                            std::forward<Policies>(policies)...);
}

}  // namespace TL_NAMESPACE
