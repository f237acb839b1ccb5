#include <tl/report/branch_timeline.hpp>

#include "../catch.hpp"
#include "../io/scratch.hpp"
#include "marks.hpp"

using namespace tl::report;

namespace {
BranchTimeline two() {
  return {.title = "t", .lanes = {{"skeleton", {}, 1, {"1", ".", " <b>"}}, {"point", "1. Sun", 4, {" is", "\xC3"}}}};
}
}  // namespace

TEST_CASE("a mark for each token, at its pass, and the text beside the others") {
  const std::string drawing = two().svg(), page = two().html();
  REQUIRE(marks(drawing) == 5);
  REQUIRE(contains(drawing, "&lt;b&gt;\u2069\nskeleton, pass 3</title>"));
  REQUIRE(contains(drawing, "point, pass 5</title>"));
  REQUIRE(count(drawing, "mark c0\"") == 3);
  REQUIRE(count(drawing, "mark c1\"") == 2);
  REQUIRE(contains(page, "<i>1. Sun</i><span data-pass=\"4\"> is</span><span data-pass=\"5\">\\xC3</span>"));
  REQUIRE(contains(page, "max=\"5\""));
  REQUIRE(count(page, "data-pass") == marks(page));  // the slider goes by this
}

TEST_CASE("many passes and many lanes have a place") {
  BranchTimeline many{.title = "t", .lanes = {}};
  for (std::size_t i = 0; i != 9; ++i)
    many.lanes.push_back({std::to_string(i), {}, 1 + i, std::vector<std::string>(300, "a")});
  REQUIRE(marks(many.svg()) == 9 * 300);
  REQUIRE(contains(many.svg(), ">300</text>"));
}

TEST_CASE("a timeline of nothing is refused") {
  REQUIRE(error_of([] {
            BranchTimeline{.title = "t", .lanes = {{"a", "b", 1, {}}}}.svg();
          }) == "the timeline \"t\" has no tokens");
}
