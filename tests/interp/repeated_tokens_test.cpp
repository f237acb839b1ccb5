#include <tl/interp/repeated_tokens.hpp>

#include <algorithm>
#include <set>
#include "../catch.hpp"

using namespace tl;

TEST_CASE("random tokens twice, behind a BOS") {
  const RepeatedTokens tokens(60, {.length = 59, .bos = 7, .random = {3}});
  REQUIRE(tokens.size() == 1 + 2 * 59);
  CHECK((tokens.first_copy() == 1 && tokens.second_copy() == 60 && tokens[0] == 7));
  CHECK(std::equal(tokens.begin() + 1, tokens.begin() + 60, tokens.begin() + 60));
  std::set<Token> seen(tokens.begin() + 1, tokens.begin() + 60);
  CHECK((seen.size() == 59 && !seen.contains(7) && *seen.rbegin() == 59));

  CHECK(tokens.ids() == RepeatedTokens(60, {.length = 59, .bos = 7, .random = {3}}).ids());
  CHECK(tokens.ids() != RepeatedTokens(60, {.length = 59, .bos = 7, .random = {4}}).ids());
  CHECK(tokens.ids() != RepeatedTokens(60, {.length = 59, .bos = 7, .random = {3, 1}}).ids());
}

TEST_CASE("without a BOS, and with tokens that stand twice") {
  const RepeatedTokens tokens(5, {.length = 40, .bos = std::nullopt, .distinct = false});
  CHECK((tokens.size() == 80 && tokens.first_copy() == 0 && tokens.second_copy() == 40));
  CHECK(std::set<Token>(tokens.begin(), tokens.end()).size() == 5);
  for (Token bos : {0, 3}) {
    const RepeatedTokens others(5, {.length = 40, .bos = bos, .distinct = false});
    CHECK(std::count(others.begin(), others.end(), bos) == 1);
  }
}

TEST_CASE("what cannot be drawn is refused") {
  CHECK_THROWS_WITH(RepeatedTokens(50, {.length = 50}), "there are no 50 distinct random tokens in a vocabulary of 50");
  CHECK_NOTHROW(RepeatedTokens(50, {.length = 50, .bos = std::nullopt}));
  CHECK_THROWS_AS(RepeatedTokens(50, {.length = 0}), Error);
  CHECK_THROWS_AS(RepeatedTokens(1, {.length = 1, .distinct = false}), Error);
}
