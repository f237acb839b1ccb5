#include <tl/speculation/pass_costs.hpp>

#include "../catch.hpp"

using namespace tl;

TEST_CASE("what was not measured lies between or beyond what was") {
  PassCosts costs;
  costs.add(1, 2);
  CHECK(costs.seconds(1) == 2);
  CHECK(costs.seconds(6) == Approx(3));  // a tenth a row, as long as nothing else is known
  costs.add(5, 5);
  costs.add(5, 6);
  CHECK(costs.seconds(5) == 5);
  CHECK(costs.seconds(3) == Approx(3.5));
  CHECK(costs.seconds(9) == Approx(5 + 4 * 0.4));
  costs.add(4, 30);  // a busy moment: no more than of more rows
  CHECK(costs.seconds(4) == 5);
  for (int i = 0; i != 8; ++i) costs.add(5, 7);  // the latest count
  CHECK((costs.seconds(5) == 7 && costs.seconds(4) == 7));
  CHECK((costs.known(5) && !costs.known(3)));
}

TEST_CASE("of the latest eight the least, and the median") {
  LatestSeconds latest;
  for (const double seconds : {9., 1., 5., 3., 7., 2., 8., 4., 6.}) latest.add(seconds);  // the first is forgotten
  CHECK((latest.least() == 1 && latest.median() == 5));
}
