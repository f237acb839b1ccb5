#include <tl/skeleton/router.hpp>

#include "../catch.hpp"

using namespace tl;

namespace {
const std::vector<SkeletonPoint> fruit{{1, "An apple"}, {2, "A pear"}};
}

TEST_CASE("a question or a point that speaks of order keeps the points in order, and says which word did") {
  const DependenceWords router;
  CHECK(router("Name some fruit.", fruit).parallel);
  CHECK(router("PROVE it", fruit).reason == "the question says `prove`");
  CHECK_FALSE(router("How  many apples are left?", fruit).parallel);
  CHECK_FALSE(router("What then?", fruit).parallel);
  const Route by_point = router("Name some fruit.", std::vector<SkeletonPoint>{{1, "An apple"}, {4, "Then, a pear"}});
  CHECK_FALSE(by_point.parallel);
  CHECK(by_point.reason == "point 4 begins with `then`");
}

TEST_CASE("words are whole words") {
  const DependenceWords router;
  CHECK(router("Name an authentic stepmother, disprove nothing.", fruit).parallel);
  CHECK(
      router("Name some fruit.", std::vector<SkeletonPoint>{{1, "Thenceforth"}, {2, "A pear and then more"}}).parallel);
  CHECK(DependenceWords({"fruit"}, {})("Some fruit", fruit).parallel == false);
  CHECK(DependenceWords({}, {})("Prove it step by step", fruit).parallel);
}

TEST_CASE("any function of the question and the points is a router") {
  const auto few = [](std::string_view, std::span<const SkeletonPoint> points_given) {
    return Route{points_given.size() < 5, "few"};
  };
  STATIC_REQUIRE(SkeletonRouter<decltype(few)>);
  STATIC_REQUIRE(SkeletonRouter<DependenceWords>);
  const auto no_route = [](std::string_view, std::span<const SkeletonPoint>) { return true; };
  STATIC_REQUIRE_FALSE(SkeletonRouter<decltype(no_route)>);
}
