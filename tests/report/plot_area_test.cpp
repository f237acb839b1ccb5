#include <tl/report/plot_area.hpp>

#include "../catch.hpp"
#include "marks.hpp"

using namespace tl::report;

TEST_CASE("a plot area places points inside its frame, greater values higher") {
  const double x[]{0, 10}, y[]{1, 100};
  const PlotArea area{.x = Axis(x, Spacing::linear), .y = Axis(y, Spacing::logarithmic)};
  REQUIRE(area.across(0) == area.left);
  REQUIRE(area.across(10) == area.right);
  REQUIRE(area.up(1) == area.bottom);
  REQUIRE(area.up(100) == area.top);
  REQUIRE_FALSE(area.up(0));
  Svg svg(plot_width, plot_height);
  area.draw(svg, "step", "loss");
  const std::string drawing = svg.in_page(true);
  for (const char* text : {">step<", ">loss<", ">100<", ">10<", ">8<"}) REQUIRE(contains(drawing, text));
  REQUIRE(marks(drawing) == 0);
}
