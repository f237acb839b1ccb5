#include <tl/text/tokens.hpp>

#include <span>
#include <type_traits>

#include "../catch.hpp"

using tl::Token;
using tl::Tokens;

static_assert(std::is_convertible_v<const Tokens&, std::span<const Token>>);

TEST_CASE("the BOS is put in front exactly once") {
  const Tokens tokens({5, 6}, 0);
  REQUIRE(tokens.with_bos() == Tokens({0, 5, 6}));
  REQUIRE(tokens.with_bos().with_bos() == Tokens({0, 5, 6}));
  REQUIRE(tokens == Tokens({5, 6}));
  REQUIRE(Tokens({}, 7).with_bos() == Tokens({7}));
  REQUIRE(Tokens({5, 0}, 0).with_bos() == Tokens({0, 5, 0}));
}

TEST_CASE("without a BOS none can be put in front") {
  REQUIRE_THROWS_WITH(Tokens({5, 6}).with_bos(),
                      "these tokens come from a tokenizer without a BOS token: none can be put in front");
}

TEST_CASE("tokens are a list") {
  const Tokens tokens({5, 6, 7}, 0);
  REQUIRE(tokens.size() == 3);
  REQUIRE(tokens[1] == 6);
  REQUIRE(tokens.bos() == 0);
  REQUIRE_FALSE(tokens.empty());
  REQUIRE(Tokens().empty());
  REQUIRE(std::vector<Token>(tokens.begin(), tokens.end()) == tokens.ids());
  const std::span<const Token> span = tokens;
  REQUIRE(span.data() == tokens.ids().data());
  REQUIRE(tokens == Tokens({5, 6, 7}, 9));
  REQUIRE(tokens != Tokens({5, 6}));
}
