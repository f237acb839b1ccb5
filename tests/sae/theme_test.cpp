#include <tl/sae/theme.hpp>

#include "../catch.hpp"

using namespace tl;

TEST_CASE("a theme counts its words in any case, and no parts of words") {
  const Theme animals("cat dog\nBear");
  CHECK(animals.size() == 3);
  const auto count = animals.count("The Dog saw a bear. The bear's cats ran: cat-like!");
  CHECK(count.of_theme == 4);
  CHECK(count.words == 12);
  CHECK(count.share() == Approx(4. / 12));
  CHECK(animals.count("").share() == 0);
  CHECK((animals.is_word(" dog") && animals.is_word("Cat") && !animals.is_word(" ca") && !animals.is_word(" ")));
  CHECK_THROWS_WITH(Theme(" 12, ..."), Catch::Contains("list of words"));
}
