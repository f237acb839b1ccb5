#pragma once
// Every part of a text, in one automaton that grows with it.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <tl/core/token.hpp>
#include <vector>

namespace TL_NAMESPACE {

// Blumer et al., "The smallest automaton recognizing the subwords of a text", 1985, which push() extends by a token. A
// state stands for the strings that end at the same places of the text; an edge says what may follow them. At most two
// states a token.
class SuffixAutomaton {
 public:
  using State = std::uint32_t;
  static constexpr State root = 0;  // the empty string
  struct Edge {
    Token token;
    State state;
  };

  // The text gets a token. O(1) amortised, and a count for each length of suffix that occurred before.
  void push(Token token) {
    const State here = add({.length = states_[last_].length + 1});
    State p = last_;
    for (; p != none && !edge(p, token); p = states_[p].link) states_[p].next.push_back({token, here});
    if (p == none) {
      states_[here].link = root;
    } else {
      const State q = edge(p, token)->state;
      states_[here].link = states_[q].length == states_[p].length + 1 ? q : split(p, q, token);
    }
    last_ = here;
    for (p = here; p != root; p = states_[p].link) ++states_[p].count;
  }

  // The longest suffix of the text that occurred before as well, or root; and a state's next shorter suffix that
  // occurred elsewhere too.
  State repeated() const { return last_ == root ? root : states_[last_].link; }
  State shorter(State state) const { return state == root ? root : states_[state].link; }
  // Of the longest string of a state.
  std::size_t length(State state) const { return states_[state].length; }
  // How often its strings occur.
  std::size_t count(State state) const { return states_[state].count; }
  // What followed them.
  std::span<const Edge> next(State state) const { return states_[state].next; }
  // Tokens pushed, and states.
  std::size_t size() const { return states_[last_].length; }
  std::size_t states() const { return states_.size(); }

 private:
  static constexpr State none = static_cast<State>(-1);
  struct Node {
    std::size_t length = 0, count = 0;
    State link = none;
    std::vector<Edge> next{};
  };

  State add(Node node) {
    states_.push_back(std::move(node));
    return static_cast<State>(states_.size() - 1);
  }
  Edge* edge(State state, Token token) {
    auto& next = states_[state].next;
    const auto found = std::ranges::find(next, token, &Edge::token);
    return found == next.end() ? nullptr : &*found;
  }
  // The strings of q that end in those of p and the token get a state of their own.
  State split(State p, State q, Token token) {
    Node shorter = states_[q];
    shorter.length = states_[p].length + 1;
    const State clone = add(std::move(shorter));
    for (; p != none; p = states_[p].link) {
      Edge* const to = edge(p, token);
      if (!to || to->state != q) break;
      to->state = clone;
    }
    states_[q].link = clone;
    return clone;
  }

  std::vector<Node> states_{1};
  State last_ = root;
};

}  // namespace TL_NAMESPACE
