#include <tl/text/token_index.hpp>

#include <random>
#include <set>

#include "../catch.hpp"

using tl::Token;
using tl::text::TokenIndex;

TEST_CASE("every inserted token is found by its bytes, of every length, and nothing else is") {
  std::mt19937 random(7);
  std::set<std::string> distinct;
  while (distinct.size() != 5000) {
    std::string bytes(random() % 40, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random() % (bytes.size() < 3 ? 256 : 3));
    distinct.insert(bytes);
  }
  const std::vector<std::string> tokens(distinct.begin(), distinct.end());
  TokenIndex index(tokens);
  REQUIRE(index.size() == tokens.size());
  for (std::size_t id = 0; id < tokens.size(); id += 2) REQUIRE(index.insert(static_cast<Token>(id)));
  std::size_t wrong = 0;
  for (std::size_t id = 0; id != tokens.size(); ++id) {
    wrong += index[static_cast<Token>(id)] != tokens[id];
    wrong += index.find(tokens[id]) != (id % 2 == 0 ? static_cast<Token>(id) : TokenIndex::no_token);
  }
  REQUIRE(wrong == 0);
}

TEST_CASE("of two tokens with the same bytes the first inserted stays") {
  const std::vector<std::string> tokens{"a", "b", "b"};
  TokenIndex index(tokens);
  REQUIRE(index.insert(2));
  REQUIRE_FALSE(index.insert(1));
  REQUIRE(index.find("b") == 2);
}
