#include <algorithm>
#include <map>
#include <tl/attack/scramble.hpp>

#include "../catch.hpp"

TEST_CASE("every order of the sentences is as likely, and nothing else moves") {
  const std::string text = " One. \"Two two!\"\n\nThree 3.5?  rest";
  std::map<std::string, int> seen;
  for (std::uint64_t seed = 0; seed != 2400; ++seed) ++seen[tl::ScrambleSentences{}(text, {seed, 0})];
  REQUIRE(seen.size() == 24);
  CHECK(seen.contains(" rest \"Two two!\"\n\nThree 3.5?  One."));
  for (const auto& [order, count] : seen) {
    CHECK(count == Approx(100).margin(50));
    CHECK(std::ranges::is_permutation(order, text));
  }
}

TEST_CASE("texts without two sentences stay as they are") {
  for (const std::string text : {"", " ", "word", "one sentence.", "  a b c \n"})
    CHECK(tl::ScrambleSentences{}(text, {}) == text);
}
