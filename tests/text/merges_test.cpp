#include <tl/text/merges.hpp>

#include <algorithm>
#include <map>
#include <random>

#include "../catch.hpp"

using tl::Token;
using tl::text::Merges;

namespace {
struct Rule {
  Token left, right, merged;
};

// The definition, word for word: while a pair has a rank, merge the pair of the lowest, the leftmost of these.
std::vector<Token> by_definition(const std::vector<Rule>& rules, std::vector<Token> symbols) {
  for (;;) {
    std::size_t best = rules.size(), at = 0;
    for (std::size_t i = 0; i + 1 < symbols.size(); ++i)
      for (std::size_t rank = 0; rank < best; ++rank)
        if (rules[rank].left == symbols[i] && rules[rank].right == symbols[i + 1]) best = rank, at = i;
    if (best == rules.size()) return symbols;
    symbols[at] = rules[best].merged;
    symbols.erase(symbols.begin() + static_cast<std::ptrdiff_t>(at) + 1);
  }
}

using Way = std::size_t (Merges::*)(std::span<Token>) const;
std::vector<Token> by(Way way, const Merges& merges, std::vector<Token> symbols) {
  symbols.resize((merges.*way)(symbols));
  return symbols;
}
}  // namespace

TEST_CASE("scan and heap give what the definition gives, for random merges") {
  std::mt19937 random(3);
  std::size_t shortened = 0;
  for (int round = 0; round != 300; ++round) {
    Merges merges;
    std::vector<Rule> rules;
    Token symbols = 3;
    for (int i = 0; i != 12; ++i) {
      // Mostly new symbols, sometimes one there is: then a merge can come before those that make its parts.
      const Token merged =
          random() % 4 != 0 ? symbols++ : static_cast<Token>(random() % static_cast<unsigned>(symbols));
      const Rule rule{static_cast<Token>(random() % static_cast<unsigned>(symbols)),
                      static_cast<Token>(random() % static_cast<unsigned>(symbols)), merged};
      if (merges.add(rule.left, rule.right, rule.merged)) rules.push_back(rule);
    }
    for (int word = 0; word != 20; ++word) {
      std::vector<Token> start(random() % (Merges::longest_scan + 1));
      for (Token& symbol : start) symbol = static_cast<Token>(random() % 3);
      const std::vector<Token> expected = by_definition(rules, start);
      REQUIRE(by(&Merges::apply_by_scan, merges, start) == expected);
      REQUIRE(by(&Merges::apply_by_heap, merges, start) == expected);
      shortened += expected.size() < start.size();
    }
  }
  REQUIRE(shortened > 3000);
}

TEST_CASE("long words go to the heap and come out the same") {
  Merges merges;
  for (Token t = 0; t != 6; ++t) REQUIRE(merges.add(t, t, t + 1));
  std::vector<Token> word(1000, 0);
  REQUIRE(by(&Merges::apply, merges, word) == by(&Merges::apply_by_heap, merges, word));
  // 1000 = 15 * 64 + 32 + 8
  std::vector<Token> expected(15, 6);
  expected.insert(expected.end(), {5, 3});
  REQUIRE(by(&Merges::apply, merges, word) == expected);
}

TEST_CASE("a pair merges once; ranks count up") {
  Merges merges;
  REQUIRE(merges.rank(1, 2) == Merges::no_rank);
  std::map<std::pair<Token, Token>, std::uint32_t> ranks;
  for (Token left = 0; left != 60; ++left)
    for (Token right = 0; right != 60; right += 3) {
      ranks[{left, right}] = static_cast<std::uint32_t>(merges.size());
      REQUIRE(merges.add(left, right, 0));
    }
  REQUIRE_FALSE(merges.add(3, 6, 1));
  REQUIRE(merges.size() == ranks.size());
  for (Token left = 0; left != 61; ++left)
    for (Token right = 0; right != 61; ++right) {
      const auto found = ranks.find({left, right});
      REQUIRE(merges.rank(left, right) == (found == ranks.end() ? Merges::no_rank : found->second));
    }
}

TEST_CASE("no symbols, and no merges") {
  const Merges none;
  REQUIRE(by(&Merges::apply, none, {}).empty());
  REQUIRE(by(&Merges::apply_by_heap, none, {}).empty());
  REQUIRE(by(&Merges::apply_by_heap, none, {1, 2}) == std::vector<Token>{1, 2});
  REQUIRE(by(&Merges::apply, none, {1, 2}) == std::vector<Token>{1, 2});
}
