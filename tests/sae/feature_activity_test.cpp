#include <tl/sae/feature_activity.hpp>

#include "../catch.hpp"

using namespace tl;

TEST_CASE("how often features are active, and where chosen ones are strongest") {
  FeatureActivity activity(4, {2, 0}, 2);
  using Features = std::vector<std::uint32_t>;
  activity.add(Features{1, 2}, std::vector<float>{5, 1}, 0, 1);
  activity.add(Features{2}, std::vector<float>{3}, 0, 2);
  activity.add(Features{}, std::vector<float>{}, 1, 1);
  activity.add(Features{1, 2}, std::vector<float>{7, 2}, 1, 2);
  CHECK(activity.positions() == 4);
  CHECK(activity.l0() == 1.25);
  CHECK(activity.density(2) == .75);
  CHECK(activity.greatest(1) == 7);
  CHECK(activity.dead() == .5);
  const auto top = activity.top(0);
  REQUIRE(top.size() == 2);
  CHECK((top[0].value == 3 && top[0].text == 0 && top[0].position == 2));
  CHECK((top[1].value == 2 && top[1].text == 1));
  CHECK(std::vector<float>(activity.values(0).begin(), activity.values(0).end()) == std::vector<float>{1, 3, 2});
  CHECK(activity.top(1).empty());
  CHECK_THROWS_WITH(FeatureActivity(4, {4}, 1), Catch::Contains("no feature 4: this SAE has 4"));
}
