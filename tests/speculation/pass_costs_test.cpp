#include <tl/speculation/pass_costs.hpp>

#include "../catch.hpp"

using namespace tl;

TEST_CASE("what was not measured lies between or beyond what was") {
  PassCosts costs;
  costs.add(1, 2);
  CHECK(costs.seconds(1) == 2);
  CHECK(costs.seconds(6) == Approx(3));  // a tenth a row, as long as nothing else is known
  costs.add(5, 4);
  costs.add(5, 6);
  CHECK(costs.seconds(5) == 5);
  CHECK(costs.seconds(3) == Approx(3.5));
  CHECK(costs.seconds(9) == Approx(8));
  for (int i = 0; i != 8; ++i) costs.add(5, 1);  // the latest count
  CHECK(costs.seconds(5) == 1);
  CHECK(costs.seconds(9) == 1);
  CHECK((costs.known(5) && !costs.known(3)));
}
