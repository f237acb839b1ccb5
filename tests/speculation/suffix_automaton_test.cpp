#include <tl/speculation/suffix_automaton.hpp>

#include <cstdint>
#include "../catch.hpp"

using namespace tl;

namespace {
// How often `part` occurs in a text, and in how many of them something follows.
std::size_t occurrences(std::span<const Token> text, std::span<const Token> part) {
  std::size_t count = 0;
  for (std::size_t i = 0; i + part.size() <= text.size(); ++i)
    count += std::equal(part.begin(), part.end(), text.begin() + static_cast<std::ptrdiff_t>(i));
  return count;
}
}  // namespace

TEST_CASE("every part of a text is there as often as it occurs, and nothing else is") {
  std::uint64_t random = 1;
  std::vector<Token> text;
  SuffixAutomaton seen;
  for (std::size_t length = 1; length <= 60; ++length) {
    random = random * 6364136223846793005u + 1442695040888963407u;
    text.push_back(static_cast<Token>((random >> 40) % 3));
    seen.push(text.back());
    // The longest suffix that occurred before.
    std::size_t longest = length;
    while (longest != 0 && occurrences(text, std::span(text).last(longest)) < 2) --longest;
    CHECK(seen.length(seen.repeated()) == longest);
  }
  CHECK((seen.size() == 60 && seen.states() <= 2 * 60));
  for (std::size_t size = 1; size <= 6; ++size)
    for (std::size_t number = 0; number != 729; ++number) {
      std::vector<Token> part;
      for (std::size_t i = 0, rest = number; i != size; ++i, rest /= 3) part.push_back(static_cast<Token>(rest % 3));
      SuffixAutomaton::State state = SuffixAutomaton::root;
      bool there = true;
      for (const Token token : part) {
        const auto next = seen.next(state);
        const auto edge = std::ranges::find(next, token, &SuffixAutomaton::Edge::token);
        there = there && edge != next.end();
        if (!there) break;
        state = edge->state;
      }
      REQUIRE((there ? seen.count(state) : 0) == occurrences(text, part));
    }
}
