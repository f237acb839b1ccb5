#include <tl/train/schedule.hpp>

#include "../catch.hpp"

TEST_CASE("learning rates are those of torch's schedulers, one after another") {
  using Shape = tl::LearningRate::Shape;
  const double constant[]{.2, .4, .4, .4, .4, .4, .4, .4, .266667, .133333},
      cosine[]{.2, .4, .4, .371353, .296353, .203647, .128647, .1, .066667, .0333333};
  for (std::size_t step = 0; step != 10; ++step) {
    CHECK(tl::LearningRate{.4, Shape::constant, 2, 3}.at(step, 10) == Approx(constant[step]).epsilon(1e-5));
    CHECK(tl::LearningRate{.4, Shape::cosine, 2, 3, .1}.at(step, 10) == Approx(cosine[step]).epsilon(1e-5));
    CHECK(tl::LearningRate{.4}.at(step, 10) == .4);
  }
  CHECK_THROWS_AS((tl::LearningRate{.4, Shape::constant, 8, 3}.at(0, 10)), tl::Error);
}

TEST_CASE("a coefficient warms up from nothing") {
  CHECK(tl::warmed_up(2, 4, 0) == 0);
  CHECK(tl::warmed_up(2, 4, 3) == 1.5);
  CHECK(tl::warmed_up(2, 4, 4) == 2);
  CHECK(tl::warmed_up(2, 0, 0) == 2);
}
