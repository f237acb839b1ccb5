#include <tl/interp/ablation_grid.hpp>

#include "../catch.hpp"
#include "../model/small_models.hpp"

using namespace tl;

namespace {
const auto& model() {
  static const auto made = random_model<odd>();
  return made;
}
template <class F>
double with_z(std::span<const Token> tokens, std::size_t layer, F edit) {
  DynamicHooks hooks;
  hooks.edit(full_name(Point::z, static_cast<int>(layer)), edit);
  const auto logits = model()(tokens, hooks);
  return double{logits(tokens.size() - 1, std::size_t{3})};
}
}  // namespace

TEST_CASE("zero and mean ablation of heads are runs with the head's z replaced") {
  const auto tokens = some_tokens(6, odd), other = some_tokens(8, odd, 99);
  const auto zero = ablation_grid(model(), tokens, logit(3), Point::z, {.head = true}, zero_ablation());
  const std::vector<std::vector<Token>> prompts{other, tokens};
  const auto mean = ablation_grid(model(), tokens, logit(3), Point::z, {.head = true}, mean_ablation(model(), prompts));
  const std::size_t heads = odd.n_head, dh = odd.d_head;
  for (std::size_t layer = 0; layer != odd.n_layer; ++layer) {
    std::vector<double> sum(heads * dh);
    for (const auto& prompt : prompts) {
      DynamicHooks hooks;
      hooks.capture(full_name(Point::z, static_cast<int>(layer)));
      model().run(prompt, hooks);
      const auto arrays = hooks.take();
      for (std::size_t i = 0; i != arrays[0].array.values.size(); ++i)
        sum[i % sum.size()] += double{arrays[0].array.values[i]};
    }
    for (std::size_t head = 0; head != heads; ++head) {
      const auto put = [&](bool use_mean) {
        return with_z(tokens, layer, [&](const DynamicView& z, const Context&) {
          for (std::size_t row = 0; row != z.extents[0]; ++row)
            for (std::size_t i = 0; i != dh; ++i)
              z.data[(row * heads + head) * dh + i] = use_mean ? static_cast<float>(sum[head * dh + i] / 14) : 0.f;
        });
      };
      REQUIRE(zero[layer * heads + head] == put(false));
      REQUIRE(mean[layer * heads + head] == Approx(put(true)).epsilon(1e-5));
    }
  }
}

TEST_CASE("a direction that is taken out is gone, one that is not there changes nothing") {
  const auto tokens = some_tokens(5, odd);
  std::vector<float> direction(odd.d_model);
  direction[4] = 3;
  const auto edit = directional_ablation(direction)(Point::resid_pre, 0, 0);
  std::vector<float> row(odd.d_model, 2.f);
  edit(row, 0);
  REQUIRE(row[4] == Approx(0).margin(1e-6));
  REQUIRE(row[5] == 2);
  const auto grid =
      ablation_grid(model(), tokens, logit(3), Point::resid_pre, {.position = true}, directional_ablation(direction));
  REQUIRE(grid.size() == odd.n_layer * tokens.size());
  Sweep sweep(model(), tokens);
  REQUIRE(grid.back() != sweep.base(logit(3)));
  REQUIRE_THROWS_WITH(directional_ablation(std::vector<float>(5)), Catch::Matchers::Contains("length above 0"));
}

TEST_CASE("frozen patterns: an edit moves no attention") {
  const auto tokens = some_tokens(6, odd);
  const SweepOptions frozen{.embed = {}, .frozen_patterns = true};
  // Queries do nothing but move attention.
  const auto q = ablation_grid(model(), tokens, logit(3), Point::q, {.head = true}, zero_ablation(), {}, frozen);
  Sweep sweep(model(), tokens);
  for (const double value : q) REQUIRE(value == sweep.base(logit(3)));
  const auto v = ablation_grid(model(), tokens, logit(3), Point::v, {.head = true}, zero_ablation(), {}, frozen);
  const auto free = ablation_grid(model(), tokens, logit(3), Point::v, {.head = true}, zero_ablation());
  REQUIRE(v[0] != sweep.base(logit(3)));
  REQUIRE(v[0] != free[0]);
  REQUIRE(v.back() == free.back());  // nothing attends behind the last layer
}

TEST_CASE("a mean over nothing, and of patterns, is refused") {
  const auto tokens = some_tokens(4, odd);
  REQUIRE_THROWS_WITH(mean_ablation(model(), {}), Catch::Matchers::Contains("no prompts"));
  const std::vector<std::vector<Token>> prompts{tokens};
  REQUIRE_THROWS_WITH(
      ablation_grid(model(), tokens, logit(3), Point::pattern, {.head = true}, mean_ablation(model(), prompts)),
      Catch::Matchers::Contains("no mean over positions"));
}
