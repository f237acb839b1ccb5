#pragma once
// A tree of tokens that may follow a text, and how they were proposed.
#include <algorithm>
#include <cstddef>
#include <numeric>
#include <span>
#include <tl/core/error.hpp>
#include <tl/core/philox.hpp>
#include <tl/core/token.hpp>
#include <tl/decode/logits.hpp>
#include <tl/model/session_rows.hpp>
#include <tl/speculation/next_child.hpp>
#include <tl/speculation/proposal.hpp>
#include <vector>

namespace TL_NAMESPACE {

// Node 0, the root, is the text's last token, which is committed but has not run; children are drafts. Of sampled kinds
// the tree draws the children itself and keeps the q that it drew them from, so nobody can verify them against another.
// Keeps its memory from step to step.
template <Proposal P>
class TokenTree {
 public:
  static constexpr std::size_t root = 0;

  // A tree of the root alone, at this position of its text. The key is that of the text's random numbers. Children are
  // drawn at the numbers uniform(key, position of the root, Purpose::draft, 0), 1, ...: each step of a text has another
  // root, so no two steps share one. Throws Error where position is 2^24 or more.
  void begin(Token token, std::size_t position, RandomKey key = {}) {
    nodes_.assign(1, {token, -1});
    about_.assign(1, {});
    children_.clear();
    q_.clear();
    position_ = position, key_ = key, d_vocab_ = 0;
  }

  // For Session::tree: every node after its parent.
  std::span<const TreeNode> nodes() const { return nodes_; }
  std::size_t size() const { return nodes_.size(); }
  Token token(std::size_t node) const { return nodes_[node].token; }
  // From the root, whose depth is 0.
  std::size_t depth(std::size_t node) const { return about_[node].depth; }
  std::size_t depth() const { return std::ranges::max(about_, {}, &About::depth).depth; }
  // The draft's probability of the path from the root.
  double confidence(std::size_t node) const { return about_[node].confidence; }
  // In the order drawn. Sampled independently, a node may be there several times: drawn again, it runs only once.
  std::span<const std::size_t> children(std::size_t node) const {
    return std::span(children_).subspan(about_[node].first_child, about_[node].child_count);
  }
  // What the children of a node were drawn from, up to a factor, [d_vocab].
  std::span<const float> q(std::size_t node) const requires SampledProposal<P> {
    return std::span(q_).subspan(about_[node].q_row * d_vocab_, d_vocab_);
  }

  // Gives a node, which has none, `count` children by the draft's logits [d_vocab], shaped as the caller likes: sampled
  // from their softmax, or the most probable (of equals the lower token); fewer where there are no more. Throws Error
  // where a logit is NaN or +inf, or none is left.
  std::span<const std::size_t> expand(std::size_t node, std::span<const float> logits, std::size_t count) {
    start_children(node);
    check_logits(logits, {.position = position_ + depth(node) + 1});
    const float top = greatest_logit(logits);
    if (top == removed_logit) throw Error("the draft has no token left at position ", position_ + depth(node) + 1);
    if constexpr (SampledProposal<P>) draw_children(node, logits, top, count);
    else choose_children(node, logits, top, count);
    return children(node);
  }

  // Gives a node, which has none, these children, the best first, with the draft's probabilities where it has some.
  // Throws Error where a token is there twice or a probability is not in [0, 1].
  std::span<const std::size_t> expand(std::size_t node, std::span<const Token> tokens,
                                      std::span<const double> probabilities = {}) {
    static_assert(
        !SampledProposal<P>,
        "tl: the children of a sampled tree are drawn by the tree, from the draft's logits: chosen ones would "
        "bias the text; give them to a TokenTree<Deterministic>");
    start_children(node);
    for (std::size_t i = 0; i != tokens.size(); ++i) {
      const double probability = probabilities.empty() ? 1 : probabilities[i];
      if (!(probability >= 0 && probability <= 1))
        throw Error("the draft's probability of token ", tokens[i], " is ", probability, ": it must lie in [0, 1]");
      if (std::ranges::find(tokens.first(i), tokens[i]) != tokens.begin() + static_cast<std::ptrdiff_t>(i))
        throw Error("token ", tokens[i], " is proposed twice behind the same text");
      add_child(node, tokens[i], probability);
    }
    return children(node);
  }

  // Drops all nodes but the `count` of greatest confidence; of equals the older stays.
  void keep_best(std::size_t count) {
    static_assert(
        !SampledProposal<P>,
        "tl: children that were sampled cannot be dropped for what they are: that would bias the text; decide "
        "how many there are before they are drawn, or use a TokenTree<Deterministic>");
    if (count >= size()) return;
    order_.resize(size());
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::ranges::stable_sort(order_, std::ranges::greater{}, [this](std::size_t node) { return confidence(node); });
    renamed_.assign(size(), dropped);  // a parent is no less probable and older, so it stays with its child
    for (const std::size_t node : std::span(order_).first(std::max<std::size_t>(count, 1))) renamed_[node] = 0;
    std::size_t kept = 0;
    for (std::size_t& name : renamed_)
      if (name != dropped) name = kept++;
    for (std::size_t node = 0; node != renamed_.size(); ++node) {
      About& about = about_[node];
      const auto siblings = std::span(children_).subspan(about.first_child, about.child_count);
      about.child_count = 0;
      for (const std::size_t child : siblings)
        if (renamed_[child] != dropped) siblings[about.child_count++] = renamed_[child];
      if (renamed_[node] == dropped) continue;
      if (node != root)
        nodes_[node].parent = static_cast<std::ptrdiff_t>(renamed_[static_cast<std::size_t>(nodes_[node].parent)]);
      nodes_[renamed_[node]] = nodes_[node];
      about_[renamed_[node]] = about;
    }
    nodes_.resize(kept), about_.resize(kept);
  }

 private:
  static constexpr std::size_t dropped = static_cast<std::size_t>(-1);
  struct About {
    std::size_t depth = 0, first_child = 0, child_count = 0, q_row = 0;
    double confidence = 1;
  };

  void start_children(std::size_t node) {
    if (!children(node).empty()) throw Error("node ", node, " of a token tree has its children already");
    about_[node].first_child = children_.size();
  }
  void add_child(std::size_t node, Token token, double probability) {
    nodes_.push_back({token, static_cast<std::ptrdiff_t>(node)});
    about_.push_back({.depth = about_[node].depth + 1, .confidence = about_[node].confidence * probability});
    children_.push_back(size() - 1);
    ++about_[node].child_count;
  }

  void draw_children(std::size_t node, std::span<const float> logits, float top, std::size_t count) {
    if (d_vocab_ == 0) d_vocab_ = logits.size();
    if (d_vocab_ != logits.size())
      throw Error("a draft of ", logits.size(), " tokens in a tree of ", d_vocab_, ": a tree has one vocabulary");
    about_[node].q_row = q_.size() / d_vocab_;
    for (const float logit : logits) q_.push_back(static_cast<float>(relative_probability(logit, top)));
    next_.begin(q(node));
    const double total = next_.total();
    if constexpr (std::same_as<P, SampledWithoutReplacement>) count = std::min(count, d_vocab_);
    for (std::size_t i = 0; i != count; ++i) {
      const Token token = next_.draw(uniform(key_, position_, Purpose::draft, children_.size()));
      const auto siblings = children(node);
      const auto same = std::ranges::find(siblings, token, [this](std::size_t child) { return this->token(child); });
      if (same == siblings.end()) {
        add_child(node, token, double{q(node)[static_cast<std::size_t>(token)]} / total);
      } else {
        children_.push_back(*same);
        ++about_[node].child_count;
      }
      if (i + 1 != count) next_.take(token);
    }
  }

  void choose_children(std::size_t node, std::span<const float> logits, float top, std::size_t count) {
    double total = 0;
    order_.clear();  // the best so far, the best first
    for (std::size_t i = 0; i != logits.size(); ++i) {
      total += relative_probability(logits[i], top);
      if (logits[i] == removed_logit || (order_.size() == count && (count == 0 || logits[i] <= logits[order_.back()])))
        continue;
      if (order_.size() == count) order_.pop_back();
      order_.insert(std::ranges::upper_bound(order_, logits[i], std::ranges::greater{},
                                             [&](std::size_t other) { return logits[other]; }),
                    i);
    }
    for (const std::size_t token : order_)
      add_child(node, static_cast<Token>(token), relative_probability(logits[token], top) / total);
  }

  std::vector<TreeNode> nodes_;
  std::vector<About> about_;
  std::vector<std::size_t> children_;  // of one node after another
  std::vector<float> q_;               // of one node with children after another, [d_vocab]
  std::size_t position_ = 0, d_vocab_ = 0;
  RandomKey key_{};
  [[no_unique_address]] NextChild<P> next_;
  std::vector<std::size_t> order_, renamed_;  // scratch
};

}  // namespace TL_NAMESPACE
