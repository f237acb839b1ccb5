#include <tl/interp/cell_edits.hpp>

#include "../catch.hpp"

using namespace tl;

TEST_CASE("a sweep's policy looks no deeper than it has to") {
  const SweepOptions plain, frozen{.embed = {}, .frozen_patterns = true};
  detail::CellEdits edits{plain}, keeps{frozen};
  // The base run: the stream is kept, and patterns where they are to be frozen. Nothing is edited.
  CHECK(edits.wants(Point::resid_pre, 3));
  CHECK_FALSE(edits.wants(Point::pattern, 3));
  CHECK(keeps.wants(Point::pattern, 3));
  CHECK_FALSE(keeps.edits(Point::pattern, 3));
  CHECK_FALSE(edits.edits(Point::embed, no_layer));
  CHECK(detail::CellEdits({.embed = [](std::span<float>, std::size_t) {}}).edits(Point::embed, no_layer));

  const Cell cell{.point = Point::z, .layer = 1, .edit = {}, .further = {{4, {}}}};
  const Cell* const one = &cell;
  edits.edit({&one, 1}), keeps.edit({&one, 1});
  CHECK((edits.edits(Point::z, 1) && edits.edits(Point::z, 4)));
  CHECK_FALSE((edits.wants(Point::z, 2) || edits.wants(Point::resid_pre, 1)));
  CHECK(keeps.edits(Point::pattern, 2));
  edits.edit({});
  CHECK_FALSE(edits.edits(Point::z, 1));
}
