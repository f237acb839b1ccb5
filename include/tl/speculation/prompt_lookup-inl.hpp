#pragma once
#include <algorithm>
#include <tl/speculation/prompt_lookup.hpp>

namespace TL_NAMESPACE {

TL_INLINE PromptLookup::PromptLookup(Options options) : options_(options) {
  if (options.nodes == 0 || options.branches == 0)
    throw Error("prompt lookup needs a tree of one node at least, and one branch");
  if (!(options.least_probability > 0 && options.least_probability <= 1))
    throw Error("the least probability of a proposal is ", options.least_probability,
                ": it must be above 0 and at most 1");
}

TL_INLINE void PromptLookup::grow(std::size_t text, const GrowingText& so_far, TokenTree<Deterministic>& tree,
                                  std::size_t most_depth) {
  SuffixAutomaton& seen = seen_.at(text);
  while (seen.size() < so_far.tokens.size()) seen.push(so_far.tokens[seen.size()]);
  constexpr std::size_t root = TokenTree<Deterministic>::root;
  leaves_.assign(1, {root, seen.repeated(), seen.length(seen.repeated())});
  const auto less_probable = [&](const Leaf& a, const Leaf& b) {
    return tree.confidence(a.node) < tree.confidence(b.node);
  };
  while (tree.size() < options_.nodes && !leaves_.empty()) {  // a heap, the most probable on top
    std::ranges::pop_heap(leaves_, less_probable);
    const Leaf leaf = leaves_.back();
    leaves_.pop_back();
    if (tree.depth(leaf.node) == most_depth) continue;
    look_up(seen, leaf.state, leaf.length);
    tokens_.clear(), probabilities_.clear();
    for (const Candidate& c : candidates_)
      if (tokens_.size() != options_.branches &&
          tree.confidence(leaf.node) * c.probability >= options_.least_probability)
        tokens_.push_back(c.token), probabilities_.push_back(c.probability);
    if (tokens_.empty()) continue;
    const auto children = tree.expand(leaf.node, std::span<const Token>(tokens_), probabilities_);
    for (std::size_t i = 0; i != children.size(); ++i) {
      leaves_.push_back({children[i], candidates_[i].state, candidates_[i].length});
      std::ranges::push_heap(leaves_, less_probable);
    }
  }
  tree.keep_best(options_.nodes);
}

TL_INLINE void PromptLookup::look_up(const SuffixAutomaton& seen, SuffixAutomaton::State state, std::size_t length) {
  constexpr double least_weight = 0.01;
  candidates_.clear();
  for (double weight = 1; length != 0 && weight > least_weight;) {
    double followed = 0;
    for (const auto& edge : seen.next(state)) followed += static_cast<double>(seen.count(edge.state));
    const double escape = 2 / static_cast<double>(length), total = followed + escape;
    for (const auto& edge : seen.next(state)) {
      const double probability = weight * static_cast<double>(seen.count(edge.state)) / total;
      const auto known = std::ranges::find(candidates_, edge.token, &Candidate::token);
      if (known != candidates_.end()) known->probability += probability;
      else candidates_.push_back({edge.token, probability, edge.state, length + 1});
    }
    weight *= escape / total;
    state = seen.shorter(state);
    length = seen.length(state);
  }
  std::ranges::stable_sort(candidates_, std::ranges::greater{}, &Candidate::probability);
}

}  // namespace TL_NAMESPACE
