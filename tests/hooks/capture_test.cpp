#include <tl/hooks/capture.hpp>

#include "../catch.hpp"
#include "made_rows.hpp"

TEST_CASE("a capture keeps each layer and each sequence apart") {
  auto policy = tl::capture<"blocks.*.hook_resid_pre">();
  auto rows = made_rows(2, 2);
  const auto second = made_rows(1, 1, 0, 1);
  rows.insert(rows.end(), second.begin(), second.end());
  for (int layer : {0, 1}) {
    auto values = counted<Residual>(3, static_cast<float>(100 * layer));
    policy.call(values.view(), tl::Context(layer, tl::Point::resid_pre, rows));
  }
  auto& capture = policy.callable();
  REQUIRE(capture.kept(0, 1).positions() == 2);
  REQUIRE(capture.kept(1, 1).positions() == 1);
  REQUIRE(capture.kept(0, 0).take(tl::Point::resid_pre).values == tl::AlignedVector<float>{0, 1, 2, 3, 4, 5, 6, 7});
  REQUIRE(capture.kept(1, 1).take(tl::Point::resid_pre).values == tl::AlignedVector<float>{108, 109, 110, 111});
  REQUIRE(capture.kept(7, 3).positions() == 0);
}

TEST_CASE("a capture grows from call to call, and outside the blocks") {
  auto policy = tl::capture<"hook_embed">();
  for (std::size_t position = 0; position != 3; ++position) {
    const auto row = made_rows(1, 1, position);
    auto values = counted<Residual>(1, static_cast<float>(position));
    policy.call(values.view(), tl::Context(tl::no_layer, tl::Point::embed, row));
  }
  REQUIRE(policy.callable().kept(0, tl::no_layer).take(tl::Point::embed).extents == std::vector<std::size_t>{3, 4});
}

TEST_CASE("where restricts a capture, which stays one") {
  auto policy = tl::capture<"blocks.2.hook_resid_pre">().where(tl::last_prompt);
  STATIC_REQUIRE(tl::detail::is_capture<decltype(policy)>);
  STATIC_REQUIRE_FALSE(tl::detail::is_capture<decltype(tl::observe<"hook_embed">([](auto, const tl::Context&) {}))>);
  const auto rows = made_rows(3, 2);
  auto values = counted<Residual>(3);
  policy.call(values.view(), tl::Context(2, tl::Point::resid_pre, rows));
  REQUIRE(policy.callable().kept(0, 2).take(tl::Point::resid_pre).values == tl::AlignedVector<float>{5, 6, 7, 8});
}
