#include <cmath>
#include <tl/report/axis.hpp>

#include "../catch.hpp"

using namespace tl::report;
using Ticks = std::vector<double>;

namespace {
void require_ticks(const Axis& axis, const Ticks& wanted) {
  const Ticks ticks = axis.ticks();
  REQUIRE(ticks.size() == wanted.size());
  for (std::size_t i = 0; i != ticks.size(); ++i) REQUIRE(ticks[i] == Approx(wanted[i]).margin(1e-12));
}
}  // namespace

TEST_CASE("an axis spans the finite values; places go from 0 to 1") {
  const double values[]{2, std::nan(""), -2, HUGE_VAL};
  const Axis axis(values, Spacing::linear);
  REQUIRE(axis.place(-2) == 0);
  REQUIRE(axis.place(2) == 1);
  REQUIRE(axis.place(0) == 0.5);
  REQUIRE_FALSE(axis.place(std::nan("")));
  require_ticks(axis, {-2, -1, 0, 1, 2});
}

TEST_CASE("ticks are round, within the range, and reach its ends") {
  const double small[]{0, 0.3}, large[]{120, 5200};
  require_ticks(Axis(small, Spacing::linear), {0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3});
  require_ticks(Axis(large, Spacing::linear), {1000, 2000, 3000, 4000, 5000});
}

TEST_CASE("a logarithmic axis has no place for what is not positive") {
  const double values[]{0, -3, 0.01, 100};
  const Axis axis(values, Spacing::logarithmic);
  REQUIRE(axis.low() == 0.01);
  REQUIRE(*axis.place(1) == Approx(0.5));
  REQUIRE_FALSE(axis.place(0));
  require_ticks(axis, {0.01, 0.1, 1, 10, 100});
  const double many[]{1e-12, 1e12};
  REQUIRE(Axis(many, Spacing::logarithmic).ticks().size() <= 6);
  const double narrow[]{2, 4};  // no two powers of ten
  require_ticks(Axis(narrow, Spacing::logarithmic), {2, 2.5, 3, 3.5, 4});
}

TEST_CASE("ranges at the ends of what a double can say have few ticks and finite places") {
  const double vast[]{-1.7e308, 1.7e308}, narrow[]{1e16, 1e16 + 4};
  REQUIRE(*Axis(vast, Spacing::linear).place(0) == 0.5);
  REQUIRE(Axis(vast, Spacing::linear).ticks().size() <= 12);
  REQUIRE(Axis(narrow, Spacing::linear).ticks().size() <= 12);
}

TEST_CASE("one value or none still makes a range") {
  const double one[]{5}, none[]{std::nan("")};
  for (const Spacing spacing : {Spacing::linear, Spacing::logarithmic}) {
    REQUIRE(*Axis(one, spacing).place(5) == Approx(0.5));
    REQUIRE(Axis(none, spacing).low() < Axis(none, spacing).high());
    REQUIRE(Axis(none, spacing).ticks().size() >= 2);
  }
}
