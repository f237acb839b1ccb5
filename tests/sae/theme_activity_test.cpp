#include <tl/sae/theme_activity.hpp>

#include "../catch.hpp"

using namespace tl;

TEST_CASE("precision goes by activation, recall by positions") {
  ThemeActivity activity(4);
  using Features = std::vector<std::uint32_t>;
  activity.add(true, Features{0, 1}, std::vector<float>{3, 1});
  activity.add(true, Features{1}, std::vector<float>{1});
  activity.add(false, Features{0, 2}, std::vector<float>{1, 5});
  CHECK(activity.theme_positions() == 2);
  CHECK(activity.precision(0) == .75);
  CHECK(activity.recall(0) == .5);
  CHECK(activity.f1(0) == Approx(.6));
  CHECK(activity.f1(1) == 1);
  CHECK((activity.f1(2) == 0 && activity.f1(3) == 0));
  CHECK(activity.best(3) == std::vector<std::size_t>{1, 0, 2});
  CHECK(ThemeActivity(2).recall(0) == 0);
}
