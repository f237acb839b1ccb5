#include <tl/text/special_tokens.hpp>

#include "../catch.hpp"

using tl::text::SpecialTokens;

TEST_CASE("the leftmost special token is found, of several there the longest") {
  SpecialTokens special;
  special.add("<a>", 1);
  special.add("<a><b>", 2);
  special.add("b", 3);
  special.add("<a><", 4);
  const auto is = [&](std::string_view text, std::size_t at, std::size_t length, tl::Token token) {
    const auto found = special.find(text);
    return found.at == at && found.length == length && found.token == token;
  };
  REQUIRE(is("x<a><b>", 1, 6, 2));
  REQUIRE(is("x<a><c>b", 1, 4, 4));
  REQUIRE(is("<a>", 0, 3, 1));
  REQUIRE(is("<a", 2, 0, -1));
  REQUIRE(is("<<a>", 1, 3, 1));
  REQUIRE(is("b<a>", 0, 1, 3));
  REQUIRE(is("", 0, 0, -1));
}

TEST_CASE("without special tokens nothing is found") { REQUIRE(SpecialTokens().find("<|endoftext|>").length == 0); }
