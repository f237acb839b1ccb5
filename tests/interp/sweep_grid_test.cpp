#include <tl/interp/sweep_grid.hpp>

#include <tuple>

#include "../catch.hpp"
#include "../model/small_models.hpp"

using namespace tl;

TEST_CASE("a grid has a cell for each place that its axes name, in their order") {
  const auto model = random_model<odd>();
  const auto tokens = some_tokens(5, odd);
  Sweep sweep(model, tokens);
  const double base = sweep.base(logit(3));
  const std::size_t same = 2;
  std::vector<std::tuple<std::size_t, std::size_t, std::size_t>> made;
  const auto grid = [&](Point point, const SweepAxes& axes) {
    made.clear();
    return sweep_grid(sweep, point, axes, same, logit(3), {},
                      [&](std::size_t layer, std::size_t head, std::size_t source) -> Cell::Edit {
                        made.emplace_back(layer, head, source);
                        return [](std::span<float> row, std::size_t) { row[0] += 1; };
                      });
  };
  const auto by_head = grid(Point::z, {.head = true});
  REQUIRE(by_head.size() == odd.n_layer * odd.n_head);
  REQUIRE(made.size() == by_head.size());
  CHECK(made[odd.n_head + 2] == std::tuple(1, 2, 0));

  // A cell alone, from the first position that may differ.
  const Cell cell{
      .point = Point::z, .layer = 1, .head = 2, .first = same, .edit = [](std::span<float> row, std::size_t) {
        row[0] += 1;
      }};
  CHECK(by_head[odd.n_head + 2] == sweep.run(std::span(&cell, 1), logit(3))[0]);

  const auto by_pos = grid(Point::mlp_out, {.position = true});
  REQUIRE(by_pos.size() == odd.n_layer * 5);
  CHECK((by_pos[0] == base && by_pos[1] == base && by_pos[2] != base));
  // A pattern's sources lie before their destination.
  const auto entries = grid(Point::pattern, {.head = true, .position = true, .source = true});
  REQUIRE(entries.size() == odd.n_layer * odd.n_head * 25);
  CHECK(made.size() == odd.n_layer * odd.n_head * (3 + 4 + 5));
  CHECK((entries[2 * 5 + 3] == base && entries[4 * 5 + 0] != base));

  // Prompts that do not differ have nothing to patch.
  const auto nothing = sweep_grid(sweep, Point::z, {.head = true}, 5, logit(3), {},
                                  [](auto...) -> Cell::Edit { throw Error("no cell was wanted"); });
  CHECK(nothing == std::vector<double>(odd.n_layer * odd.n_head, base));
}
