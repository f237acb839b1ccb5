#include <tl/skeleton/skeleton_points.hpp>

#include "../catch.hpp"

using namespace tl;
using Points = std::vector<SkeletonPoint>;

TEST_CASE("each numbered line is a point, in the order of the text") {
  CHECK(skeleton_points("1. Sun\n2. Rain and wind\n") == Points{{1, "Sun"}, {2, "Rain and wind"}});
  CHECK(skeleton_points("Here:\n 2.Two\n\n1.  One \r\n") == Points{{2, "Two"}, {1, "One"}});
  CHECK(skeleton_points("9. nine\n10. ten\n11. eleven") == Points{{9, "nine"}, {10, "ten"}, {11, "eleven"}});
}

TEST_CASE("of equal numbers the first counts; a last line that was cut off is a point") {
  CHECK(skeleton_points("1. a\n1. b\n2. c\n01. d") == Points{{1, "a"}, {2, "c"}});
  CHECK(skeleton_points("1. a\n2. be") == Points{{1, "a"}, {2, "be"}});
  CHECK(skeleton_points("1. a\n2.") == Points{{1, "a"}});
  CHECK(skeleton_points("1. a\n2. ") == Points{{1, "a"}});
  CHECK(skeleton_points("1. a\n2") == Points{{1, "a"}});
}

TEST_CASE("numbers within a line, empty lines and other lists are no points") {
  CHECK(skeleton_points("1. in 2. or 3.5 years\n") == Points{{1, "in 2. or 3.5 years"}});
  CHECK(skeleton_points("1.\n2. b") == Points{{2, "b"}});
  CHECK(skeleton_points("").empty());
  CHECK(skeleton_points("- a\n* b\n1) c\n. d\n").empty());
  CHECK(skeleton_points("99999999999999999999. far\n").empty());
}
