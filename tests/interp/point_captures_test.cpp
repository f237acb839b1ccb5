#include <tl/interp/point_captures.hpp>

#include <tl/hooks/ablate.hpp>
#include "../catch.hpp"
#include "../model/small_models.hpp"

using namespace tl;

TEST_CASE("points known at run time are captured, at the positions chosen, under the policies given") {
  const auto model = random_model<odd>();
  const auto tokens = some_tokens(6, odd);
  const std::vector<PointAt> wanted{{Point::z, 1}, {Point::embed}};
  const auto captures = capture_points(model, tokens, wanted, at{2, -1}, {});
  CHECK(captures.positions() == 2);
  const auto run = model.run(tokens, capture<"blocks.1.attn.hook_z">(), capture<"hook_embed">());
  CHECK(std::equal(captures(Point::z, 1), captures(Point::z, 1) + 51, run["blocks.1.attn.hook_z"_hook](2).data()));
  CHECK(std::equal(captures(Point::embed), captures(Point::embed) + 51, run["hook_embed"_hook](2).data()));
  CHECK(std::equal(captures(Point::embed) + 51, captures(Point::embed) + 102, run["hook_embed"_hook](5).data()));

  const auto ablated = capture_points(model, tokens, wanted, all, {}, ablate<"blocks.1.attn.hook_z">());
  CHECK(std::count(ablated(Point::z, 1), ablated(Point::z, 1) + 6 * 51, 0.f) == 6 * 51);

  CHECK_THROWS_WITH(capture_points(model, tokens, wanted, at{6}, {}),
                    "no position was chosen: the prompt is empty, or where(...) accepts none of it");
  CHECK_THROWS_AS(capture_points(model, {}, wanted, all, {}), Error);
}

TEST_CASE("the layers of a point") {
  std::vector<PointAt> wanted{{Point::embed}};
  add_layers(wanted, Point::z, 2);
  CHECK(wanted == std::vector<PointAt>{{Point::embed}, {Point::z, 0}, {Point::z, 1}});
}
