#include <tl/interp/cell.hpp>

#include <tl/hooks/dynamic_hooks.hpp>

#include "../catch.hpp"
#include "../model/small_models.hpp"

using namespace tl;

namespace {

// What a run had at a point of layer 0.
CapturedArray captured(std::span<const Token> tokens, Point point) {
  static const auto model = random_model<odd>();
  DynamicHooks hooks;
  hooks.capture(full_name(point, 0));
  model.run(tokens, hooks);
  return hooks.take().front().array;
}

}  // namespace

TEST_CASE("captured values are put in at the row's position, of all heads or of one") {
  const auto tokens = some_tokens(5, odd);
  for (const Point point : {Point::resid_pre, Point::q, Point::pattern}) {
    const CapturedArray run = captured(tokens, point);
    const bool square = info(point).shape == PointShape::head_key_pos;
    for (const std::size_t position : {0u, 3u}) {
      // One head's numbers of a row, and how many heads there are.
      const std::size_t heads = point == Point::resid_pre ? 1 : odd.n_head;
      const std::size_t width = square ? position + 1 : run.values.size() / 5 / heads;
      const auto expected = [&](std::size_t head, std::size_t i) {
        return run.values[square ? (head * 5 + position) * 5 + i : (position * heads + head) * width + i];
      };
      std::vector<float> row(heads * width);
      put_captured(run, point)(row, position);
      for (std::size_t i = 0; i != row.size(); ++i) REQUIRE(row[i] == expected(i / width, i % width));
      if (heads == 1) continue;
      std::vector<float> of_head(width);
      put_captured(run, point, 2)(of_head, position);
      for (std::size_t i = 0; i != width; ++i) REQUIRE(of_head[i] == expected(2, i));
    }
  }
}

TEST_CASE("a cell edits its own layer and those behind that it names") {
  const auto set = [](float to) { return [to](std::span<float> row, std::size_t) { row[0] = to; }; };
  const Cell cell{.point = Point::z, .layer = 1, .edit = set(1), .further = {{2, set(2)}}};
  const auto put_at = [&](int layer) {
    float value = 0;
    (*cell.at(layer))({&value, 1}, 0);
    return value;
  };
  CHECK((put_at(1) == 1 && put_at(2) == 2));
  CHECK(cell.at(0) == nullptr);
  CHECK_NOTHROW(cell.check(odd, 1));
  CHECK_THROWS_WITH(cell.check(odd, 0), "a cell names positions 0 to 0, and the prompt has 0");
  Cell back = cell;
  back.further[0].layer = 1;
  CHECK_THROWS_WITH(back.check(odd, 1), "a cell of layer 1 names layer 1 too, which is not behind it");
}
