#include <tl/report/attention.hpp>
#include <tl/report/bars.hpp>
#include <tl/report/figure.hpp>
#include <tl/report/heat_map.hpp>
#include <tl/report/histogram.hpp>
#include <tl/report/line_chart.hpp>
#include <tl/report/token_text.hpp>

#include "../catch.hpp"

using namespace tl::report;

static_assert(Chart<Attention> && Chart<Bars> && Chart<HeatMap> && Chart<Histogram> && Chart<LineChart> &&
              Chart<TokenText>);
static_assert(!Chart<std::string>);

TEST_CASE("a figure has an escaped title and note around its body") {
  REQUIRE(figure("bars", "a < b", "", "<svg/>") ==
          "<figure class=\"bars\"><figcaption>a &lt; b</figcaption><svg/></figure>\n");
  REQUIRE(figure("bars", "t", "x & y", "", " data-a=\"1\"") ==
          "<figure class=\"bars\" data-a=\"1\"><figcaption>t</figcaption><p class=\"note\">x &amp; y</p></figure>\n");
  REQUIRE(scrolling("<svg/>") == "<div class=\"scroll\"><svg/></div>");
}
