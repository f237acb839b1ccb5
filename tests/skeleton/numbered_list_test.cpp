#include <tl/skeleton/numbered_list.hpp>

#include <tl/core/philox.hpp>
#include <tl/decode/constraint.hpp>
#include <tl/skeleton/skeleton_points.hpp>
#include "../catch.hpp"

using namespace tl;

namespace {
static_assert(ByteAutomaton<NumberedList>);

// How much of the text the grammar takes.
std::size_t taken(std::string_view text, NumberedListLimits limits = {}) {
  NumberedList list(limits);
  std::size_t bytes = 0;
  while (bytes != text.size() && list.push(text[bytes])) ++bytes;
  return bytes;
}
bool whole(std::string_view text, NumberedListLimits limits = {}) {
  NumberedList list(limits);
  for (const char byte : text)
    if (!list.push(byte)) return false;
  return list.may_end();
}
}  // namespace

TEST_CASE("the grammar takes numbered lists of few words and nothing else") {
  const NumberedListLimits two{.min_points = 2, .max_points = 3, .min_words = 1, .max_words = 2};
  CHECK(whole("1. A dog\n2. Cats!\n", two));
  CHECK(whole("1. caf\xC3\xA9 it's\n2. A\n3. \xE2\x82\xAC 5\n", two));
  CHECK_FALSE(whole("1. A dog\n", two));
  CHECK_FALSE(whole("1. A dog\n2. Cats", two));
  CHECK(taken("1. A big dog", two) == std::string_view("1. A big").size());
  CHECK(taken("1. A\n3. B", two) == 5);
  CHECK(taken("1. A\n2. B\n3. C\n4", two) == 15);
  for (const char* wrong : {"1 ", "2", " ", "1.A", "1.  ", "1. 5", "1. .", "1. A  ", "1. A\t", "1. A\n\n", "1. A,b",
                            "1. dogC", "1. A\x80", "1. \xC3z", "1. A \n"})
    CHECK(taken(wrong, two) == std::string_view(wrong).size() - 1);
  CHECK(taken("1. One two\n", {.min_words = 3}) == 10);
  CHECK(taken("1. " + std::string(30, 'x')) == 3 + 20);
}

TEST_CASE("the tenth point has a number of two digits") {
  std::string text;
  for (int i = 1; i <= 12; ++i) text += std::to_string(i) + ". One two three\n";
  CHECK(whole(text, {.min_points = 11, .max_points = 12}));
  CHECK(taken(text) == text.find("11. "));
}

TEST_CASE("from every state that the grammar accepts a list can be ended, and then it has the points counted") {
  for (std::uint64_t seed = 0; seed != 40; ++seed) {
    const NumberedListLimits limits{
        .min_points = 1 + seed % 3, .max_points = 1 + seed % 3 + seed % 5, .min_words = 1 + seed % 2, .max_words = 2};
    NumberedList list(limits);
    std::string text;
    for (std::size_t step = 0; step != 2000 && !(list.may_end() && step > 60); ++step) {
      std::string possible;
      for (int byte = 0; byte != 256; ++byte)
        if (NumberedList copy = list; copy.push(static_cast<char>(byte))) possible += static_cast<char>(byte);
      if (possible.empty()) {
        REQUIRE(list.points() == limits.max_points);
        break;
      }
      // Of the many letters few: so that lines end.
      const auto choice = static_cast<std::size_t>(uniform({seed, 1}, 0, Purpose::test, step) *
                                                   static_cast<double>(std::min<std::size_t>(possible.size(), 6)));
      const char byte = possible[choice];
      REQUIRE(list.push(byte));
      text += byte;
    }
    REQUIRE(list.may_end());
    const auto found = skeleton_points(text);
    REQUIRE(found.size() == list.points());
    for (std::size_t i = 0; i != found.size(); ++i) REQUIRE(found[i].index == i + 1);
  }
}

TEST_CASE("limits that no list keeps are refused") {
  CHECK_THROWS_WITH(NumberedList({.min_points = 4, .max_points = 3}),
                    "a skeleton of 4 to 3 points cannot be written: at least 1, and no more than the most");
  CHECK_THROWS_WITH(NumberedList({.min_words = 0}),
                    "a skeleton of 0 to 5 words a point cannot be written: at least 1, and no more than the most");
  CHECK_THROWS_WITH(NumberedList({.max_word_bytes = 3}), "words of 3 bytes have no room for a character");
}
