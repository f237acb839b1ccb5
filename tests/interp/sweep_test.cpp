#include <tl/interp/sweep.hpp>

#include <random>
#include <tl/hooks/dynamic_hooks.hpp>
#include <tl/kernels/softmax.hpp>

#include "../catch.hpp"
#include "../model/small_models.hpp"

using namespace tl;

namespace {

// The cell's edit, in a whole run.
DynamicHooks hook_of(const Cell& cell) {
  DynamicHooks hooks;
  hooks.edit(full_name(cell.point, static_cast<int>(cell.layer)), [&cell](const DynamicView& view, const Context& at) {
    const bool by_row = info(cell.point).shape != PointShape::head_key_pos;
    const std::size_t rows = by_row ? view.extents[0] : 1, size = view.size() / rows;
    for (std::size_t row = 0; row != rows; ++row) {
      const std::size_t position = at.position(row);
      if (position < cell.first || (cell.last && position > *cell.last)) continue;
      const std::size_t width = cell.head ? size / view.extents[by_row ? 1 : 0] : size;
      cell.edit({view.data + row * size + cell.head.value_or(0) * width, width}, position);
    }
  });
  return hooks;
}

template <class Model>
double alone(const Model& model, std::span<const Token> tokens, const Cell& cell, const Metric& metric) {
  DynamicHooks hooks = hook_of(cell);
  const auto logits = model(tokens, hooks);
  const auto last = logits(tokens.size() - 1);
  if (metric.of_all_logits) return metric.value(last.values());
  std::vector<float> chosen;
  float normaliser = 0;
  if (metric.log_probs) kernels::log_sum_exp(last.data(), 1, last.size(), &normaliser, 1);
  for (const Token token : metric.tokens) chosen.push_back(last(static_cast<std::size_t>(token)) - normaliser);
  return metric.value(chosen);
}

std::vector<Cell> random_cells(std::size_t count, const Config& config, std::size_t length, std::uint32_t seed) {
  constexpr Point points[] = {Point::resid_pre, Point::ln1_out, Point::q,         Point::k,         Point::v,
                              Point::q_input,   Point::k_input, Point::v_input,   Point::attn_in,   Point::attn_scores,
                              Point::pattern,   Point::z,       Point::attn_out,  Point::resid_mid, Point::mlp_in,
                              Point::mlp_post,  Point::mlp_out, Point::resid_post};
  std::mt19937 bits(seed);
  std::vector<Cell> cells;
  for (std::size_t i = 0; i != count; ++i) {
    Cell cell{.point = points[bits() % std::size(points)],
              .layer = bits() % config.n_layer,
              .first = bits() % length,
              .edit = {}};
    if (bits() % 2) cell.last = cell.first + bits() % (length - cell.first);
    const PointShape shape = info(cell.point).shape;
    if (shape == PointShape::head_d_head || shape == PointShape::head_d_model || shape == PointShape::head_key_pos)
      if (bits() % 3) cell.head = bits() % config.n_head;
    const float factor = static_cast<float>(bits() % 5) / 4;
    cell.edit = [factor](std::span<float> values, std::size_t position) {
      for (std::size_t j = 0; j != values.size(); ++j)
        values[j] = factor * values[j] + 0.01f * static_cast<float>((j + position) % 7);
    };
    cells.push_back(std::move(cell));
  }
  return cells;
}

}  // namespace

TEMPLATE_TEST_CASE("every cell has the bits of a whole run with its hook", "", float, bf16, int8) {
  const auto model = random_model<odd, TestType>();
  const auto tokens = some_tokens(9, odd);
  const auto cells = random_cells(120, odd, tokens.size(), 7);
  const auto of_all = of_logits([](std::span<const float> x) { return double{x[3]} + 0.5 * double{x[x.size() - 1]}; });
  for (const Metric& metric : {logit_difference(5, 2), log_prob(static_cast<Token>(odd.d_vocab - 1)), of_all}) {
    Sweep sweep(model, tokens);
    const auto values = sweep.run(cells, metric);
    for (std::size_t i = 0; i != cells.size(); ++i) {
      CAPTURE(i, full_name(cells[i].point, static_cast<int>(cells[i].layer)), cells[i].first);
      REQUIRE(values[i] == alone(model, tokens, cells[i], metric));
    }
  }
}

TEST_CASE("log-probabilities of a cell are those of a whole run with its hook, at every position") {
  const auto model = random_model<odd>();
  const auto tokens = some_tokens(9, odd);
  const auto cells = random_cells(60, odd, tokens.size(), 5);
  Sweep sweep(model, tokens);
  const CellLogProbs log_probs = sweep.log_probs(cells);
  REQUIRE(log_probs.extent<"pos">() == 8);
  for (std::size_t i = 0; i != cells.size(); ++i) {
    CAPTURE(i, full_name(cells[i].point, static_cast<int>(cells[i].layer)), cells[i].first);
    DynamicHooks hooks = hook_of(cells[i]);
    const auto whole = model.log_probs(tokens, hooks);
    for (std::size_t p = 0; p != 8; ++p) REQUIRE(log_probs(i, p) == whole(p));
  }
  const CellLogProbs stopped = sweep.log_probs(cells, [](std::size_t, std::size_t) { return false; });
  std::size_t run = 0;
  for (std::size_t i = 0; i != cells.size(); ++i) run += !std::isnan(stopped(i, std::size_t{7}));
  REQUIRE((run > 0 && run < cells.size()));
  // One token has no next.
  Sweep alone(model, std::span(tokens).first(1));
  const Cell cell{.point = Point::z, .layer = 0, .edit = [](std::span<float>, std::size_t) {}};
  REQUIRE(alone.log_probs({&cell, 1}).extent<"pos">() == 0);
}

TEST_CASE("the base value is that of the unhooked run") {
  const auto model = random_model<odd>();
  const auto tokens = some_tokens(6, odd);
  const auto logits = model(tokens);
  Sweep sweep(model, tokens);
  REQUIRE(sweep.base(logit_difference(4, 1)) == double{logits(5, 4)} - double{logits(5, 1)});
}

TEST_CASE("a sweep that is stopped keeps what it has") {
  const auto model = random_model<odd>();
  const auto tokens = some_tokens(9, odd);
  const auto cells = random_cells(40, odd, tokens.size(), 3);
  Sweep sweep(model, tokens);
  const auto whole = sweep.run(cells, logit(1));
  std::size_t calls = 0;
  const auto part = sweep.run(cells, logit(1), [&](std::size_t done, std::size_t count) {
    REQUIRE(count == cells.size());
    REQUIRE(done > 0);
    return ++calls != 2;
  });
  std::size_t known = 0;
  for (std::size_t i = 0; i != cells.size(); ++i)
    if (!std::isnan(part[i])) {
      ++known;
      REQUIRE(part[i] == whole[i]);
    }
  REQUIRE(calls == 2);
  REQUIRE(known > 0);
  REQUIRE(known < cells.size());
}

TEST_CASE("what a sweep cannot do is said in a sentence") {
  const auto model = random_model<odd>();
  const auto tokens = some_tokens(4, odd);
  Sweep sweep(model, tokens);
  const auto nothing = [](std::span<float>, std::size_t) {};
  const auto refused = [&](Cell cell, const std::string& what) {
    cell.edit = nothing;
    REQUIRE_THROWS_WITH(sweep.run(std::span(&cell, 1), logit(0)), Catch::Matchers::Contains(what));
  };
  refused({.point = Point::z, .layer = 99, .edit = {}}, "layer 99");
  refused({.point = Point::z, .layer = 0, .head = 77, .edit = {}}, "head 77");
  refused({.point = Point::mlp_out, .layer = 0, .head = 0, .edit = {}}, "has no heads");
  refused({.point = Point::z, .layer = 0, .first = 4, .edit = {}}, "the prompt has 4");
  refused({.point = Point::embed, .layer = 0, .edit = {}}, "points of blocks");
  REQUIRE_THROWS_WITH(sweep.run({}, logit(0)), Catch::Matchers::Contains("at least one cell"));
  const Cell cell{.point = Point::z, .layer = 0, .edit = nothing};
  REQUIRE_THROWS_WITH(sweep.run(std::span(&cell, 1), logit(1 << 20)), Catch::Matchers::Contains("token 1048576"));
  REQUIRE_THROWS_WITH(sweep.run(std::span(&cell, 1), of_logits([](auto) { return std::nan(""); })),
                      Catch::Matchers::Contains("not a number"));
}
