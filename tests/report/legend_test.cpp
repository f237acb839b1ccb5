#include <tl/report/legend.hpp>

#include "../catch.hpp"
#include "marks.hpp"

using namespace tl::report;

TEST_CASE("a legend has both ends of its scale and the unit, and no mark") {
  const float values[]{-1, 2.5};
  Svg svg(legend_width("nats"), legend_height);
  draw_legend(svg, 0, 0, ColorScale(diverging(), values), "nats");
  const std::string drawing = svg.in_page(false);
  REQUIRE(contains(drawing, ">-2.5</text>"));
  REQUIRE(contains(drawing, ">2.5  nats</text>"));
  for (const char* level : {"\"d0\"", "\"d32\"", "\"d64\""}) REQUIRE(contains(drawing, level));
  REQUIRE(marks(drawing) == 0);
}
