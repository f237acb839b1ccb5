#include <tl/speculation/next_child.hpp>

#include "../catch.hpp"

TEST_CASE("without replacement what was taken has no weight, and the rest keeps its digits") {
  tl::NextChild<tl::SampledWithoutReplacement> next;
  next.begin(std::vector<float>{1, 0, 1e-20f, 3e-20f});
  next.take(0);
  CHECK(next.weight(0) == 0);
  CHECK(next.weight(2) / next.total() == Approx(0.25));
  CHECK(next.draw(0.2) == 2);
  CHECK(next.draw(0.3) == 3);
  next.take(3);
  CHECK(next.draw(0.999) == 2);
  next.take(2);  // nothing is left of q
  CHECK(next.weight(1) == 1);
  CHECK(next.total() == 1);
  CHECK(next.draw(0) == 1);
}

TEST_CASE("where q is exhausted all other tokens are equally probable") {
  tl::NextChild<tl::SampledWithoutReplacement> next;
  next.begin(std::vector<float>{0, 0.5f, 0, 0});
  next.take(1);
  CHECK(next.total() == 3);
  next.take(0);
  CHECK(next.total() == 2);
  CHECK((next.weight(0) == 0 && next.weight(1) == 0 && next.weight(2) == 1 && next.weight(3) == 1));
}

TEST_CASE("independent children come from all of q") {
  tl::NextChild<tl::SampledIndependently> next;
  next.begin(std::vector<float>{1, 3});
  for (int i = 0; i != 3; ++i) {
    CHECK(next.weight(1) / next.total() == 0.75);
    CHECK(next.draw(0.3) == 1);
    next.take(1);
  }
}
