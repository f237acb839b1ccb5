#include <tl/hooks/heads.hpp>

#include "../catch.hpp"
#include "made_rows.hpp"

using Catch::Matchers::Equals;

namespace {
// The first element of every value that is walked over.
template <class View>
std::vector<float> walked(View view, const std::vector<tl::Row>& rows, tl::Point point, const tl::heads& chosen) {
  std::vector<float> firsts;
  tl::detail::each_value(view, tl::Context(4, point, rows), chosen,
                         [&](auto value, std::size_t, std::size_t) { firsts.push_back(*value.data()); });
  return firsts;
}
}  // namespace

TEST_CASE("heads: those listed, or every one") {
  REQUIRE(tl::heads{}.every());
  REQUIRE(tl::heads{}.contains(7));
  const tl::heads chosen{3, 9};
  REQUIRE_FALSE(chosen.every());
  REQUIRE(chosen.contains(9));
  REQUIRE_FALSE(chosen.contains(4));
  REQUIRE(tl::heads(std::vector<std::size_t>{2}).contains(2));
}

TEST_CASE("the walk goes over rows, or over the chosen heads of each") {
  auto z = counted<Z>(2);  // rows begin at 1 and 7, heads two elements apart
  const auto rows = made_rows(2, 2);
  REQUIRE(walked(z.view(), rows, tl::Point::z, {}) == std::vector<float>{1, 7});
  REQUIRE(walked(z.view(), rows, tl::Point::z, {0, 2}) == std::vector<float>{1, 5, 7, 11});
  auto pattern = counted<Pattern>(3);
  const auto row = made_rows(1, 3, 2);
  REQUIRE(walked(pattern.view(), row, tl::Point::pattern, {}) == std::vector<float>{1});
  REQUIRE(walked(pattern.view(), row, tl::Point::pattern, {1}) == std::vector<float>{4});
}

TEST_CASE("heads that are not there are refused") {
  auto z = counted<Z>(1);
  auto residual = counted<Residual>(1);
  const auto rows = made_rows(1, 1);
  REQUIRE_THROWS_WITH(walked(z.view(), rows, tl::Point::z, {0, 3}),
                      Equals("the hook at `blocks.4.attn.hook_z` chooses head 3, and this model has heads 0 to 2"));
  REQUIRE_THROWS_WITH(walked(residual.view(), rows, tl::Point::resid_pre, {0}),
                      Equals("the hook at `blocks.4.hook_resid_pre` chooses heads, and this point has none"));
}
