#include <tl/sae/feature_activity.hpp>

#include "../catch.hpp"

using namespace tl;

TEST_CASE("how often features are active, and where they are strongest") {
  FeatureActivity activity(4, 2);
  using Features = std::vector<std::uint32_t>;
  activity.add(Features{1, 2}, std::vector<float>{5, 1}, 0, 1);
  activity.add(Features{2}, std::vector<float>{3}, 0, 2);
  activity.add(Features{}, std::vector<float>{}, 1, 1);
  activity.add(Features{1, 2}, std::vector<float>{7, 2}, 1, 2);
  CHECK(activity.positions() == 4);
  CHECK(activity.l0() == 1.25);
  CHECK(activity.active(2) == 3);
  CHECK(activity.density(2) == .75);
  CHECK(activity.greatest(1) == 7);
  CHECK(activity.dead() == .5);
  const auto top = activity.top(2);
  REQUIRE(top.size() == 2);
  CHECK((top[0].value == 3 && top[0].text == 0 && top[0].position == 2));
  CHECK((top[1].value == 2 && top[1].text == 1));
  CHECK(activity.histogram(2).counts().back() == 1);
  CHECK(activity.top(0).empty());
  CHECK(activity.histogram(0).counts().empty());
}
