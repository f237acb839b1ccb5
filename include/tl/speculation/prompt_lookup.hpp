#pragma once
// A draft that costs nothing: what followed the same words before, in the prompt or in the text so far.
#include <cstddef>
#include <span>
#include <tl/core/error.hpp>
#include <tl/speculation/draft.hpp>
#include <tl/speculation/suffix_automaton.hpp>
#include <vector>

namespace TL_NAMESPACE {

// Looks up the longest suffix of the text that occurred before (Saxena, "Prompt lookup decoding", 2023), and the
// shorter ones as well, in a suffix automaton. Where several tokens followed the tree branches: a token's probability
// is that of prediction by partial matching (Cleary and Witten, 1984), where a suffix of length m gives way to the next
// shorter with weight 2 / m against its own occurrences, so that longer ones are trusted more. Nodes of greatest
// probability are grown first. A text that goes in circles is followed for as many rounds as the tree has room for.
class PromptLookup {
 public:
  using proposal = Deterministic;
  struct Options {
    std::size_t nodes = 16;          // of a tree at most, the root included
    std::size_t branches = 3;        // children of a node at most
    double least_probability = 0.1;  // of a path that is proposed
  };
  // Throws Error where an option is 0 or the probability is not in (0, 1].
  explicit PromptLookup(Options options);
  PromptLookup() : PromptLookup(Options{}) {}

  void begin(const Config&, std::size_t texts) { seen_.assign(texts, {}); }
  void grow(std::size_t text, const GrowingText& so_far, TokenTree<Deterministic>& tree, std::size_t most_depth);
  std::size_t fixed_depth() const { return 0; }

 private:
  struct Candidate {
    Token token;
    double probability;
    SuffixAutomaton::State state;
    std::size_t length;
  };
  struct Leaf {
    std::size_t node;
    SuffixAutomaton::State state;
    std::size_t length;  // of the suffix, of which the state may know a longer one
  };

  // What may follow the suffix, the most probable first.
  void look_up(const SuffixAutomaton& seen, SuffixAutomaton::State state, std::size_t length);

  Options options_;
  std::vector<SuffixAutomaton> seen_;  // of each text
  std::vector<Candidate> candidates_;  // scratch
  std::vector<Leaf> leaves_;
  std::vector<Token> tokens_;
  std::vector<double> probabilities_;
};

}  // namespace TL_NAMESPACE

#ifdef TL_HEADER_ONLY
#include <tl/speculation/prompt_lookup-inl.hpp>
#endif
