#include <tl/report/token_tree.hpp>

#include "../catch.hpp"
#include "../io/scratch.hpp"
#include "marks.hpp"

using namespace tl::report;

namespace {
TokenTree four() {
  return {.title = "t",
          .nodes = {{" the", -1, 1}, {" dog", 0, 0.5, true}, {" <b>", 0, 0.25}, {" was", 1, 0.125, true}},
          .next = " big"};
}
}  // namespace

TEST_CASE("a mark for each node and for what followed, the path drawn heavily") {
  const std::string drawing = four().svg(), page = four().html();
  CHECK((marks(drawing) == 5 && marks(page) == 5));
  CHECK(contains(drawing, "&lt;b&gt;\u2069\nproposed with probability 0.25</title>"));
  CHECK(contains(drawing, "own</title>"));
  CHECK((count(drawing, "line c0\"") == 3 && count(drawing, "class=\"rule\"") == 1));
  TokenTree alone{.title = "t", .nodes = {{"a", -1, 1}}};
  CHECK(marks(alone.svg()) == 1);
}

TEST_CASE("what is no tree is refused") {
  CHECK(error_of([] { TokenTree{.title = "t", .nodes = {}}.svg(); }) == "the token tree \"t\" has no nodes");
  CHECK(error_of([] {
          TokenTree{.title = "t", .nodes = {{"a", -1, 1}, {"b", 1, 1}}}.svg();
        }) == "the token tree \"t\" has node 1 below node 1: the root comes first, and parents before children");
}
