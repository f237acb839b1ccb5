#include <tl/interp/causal_trace.hpp>

#include "../catch.hpp"
#include "../model/small_models.hpp"

using namespace tl;

namespace {
const auto& model() {
  static const auto made = random_model<odd>();
  return made;
}
}  // namespace

TEST_CASE("putting everything back gives the clean run, nothing the corrupted one") {
  const auto tokens = some_tokens(6, odd);
  const auto trace = causal_trace(model(), tokens, 1, 2, logit(3), {.samples = 3, .seed = 4});
  REQUIRE(trace.clean != Approx(trace.corrupted).epsilon(1e-4));
  // Behind the last layer the last position is all that the logits read.
  REQUIRE(trace.restored(odd.n_layer - 1, std::size_t{5}) == Approx(trace.clean).epsilon(1e-6));
  // Before the subject both runs are the same.
  for (std::size_t layer = 0; layer != odd.n_layer; ++layer)
    REQUIRE(trace.restored(layer, std::size_t{0}) == Approx(trace.corrupted).epsilon(1e-6));
}

TEST_CASE("a window of layers is a run with all of them put back; noise is one for all cells") {
  const auto tokens = some_tokens(5, odd);
  const CausalTraceOptions options{.point = Point::mlp_out, .window = 2, .samples = 1, .seed = 9};
  const auto trace = causal_trace(model(), tokens, 0, 1, logit(3), options);
  DynamicHooks capture;
  capture.capture("blocks.*.hook_mlp_out");
  model().run(tokens, capture);
  const auto clean = capture.take();
  double sum = 0, square = 0;
  for (std::size_t p = 0; p != 2; ++p)
    for (const float x : model().weights().W_E(static_cast<std::size_t>(tokens[p])).values()) {
      sum += double{x};
      square += double{x} * double{x};
    }
  const double count = 2. * odd.d_model, deviation = 3 * std::sqrt(square / count - sum / count * (sum / count));
  DynamicHooks hooks;
  hooks.edit("hook_embed", [&](const DynamicView& view, const Context& at) {
    for (std::size_t row = 0; row != view.extents[0]; ++row)
      for (std::size_t i = 0; at.position(row) < 2 && i != odd.d_model; ++i)
        view.data[row * odd.d_model + i] +=
            static_cast<float>(deviation * normal({9, 0}, at.position(row), Purpose::noise, i));
  });
  for (const std::size_t layer : {1u, 2u})  // cell [2, pos] of a window of two around layer 2
    hooks.edit(full_name(Point::mlp_out, static_cast<int>(layer)), [&, layer](const DynamicView& view, const Context&) {
      std::copy_n(clean[layer].array.values.data() + 3 * odd.d_model, odd.d_model, view.data + 3 * odd.d_model);
    });
  const auto logits = model()(tokens, hooks);
  REQUIRE(trace.restored(std::size_t{2}, std::size_t{3}) == logits(std::size_t{4}, std::size_t{3}));
}

TEST_CASE("a trace that is stopped has whole samples, or the cells of the first that ran") {
  const auto tokens = some_tokens(6, odd);
  const CausalTraceOptions three{.samples = 3, .seed = 4};
  const auto until = [&](std::size_t cells) {
    return causal_trace(model(), tokens, 1, 2, logit(3), three, {}, [&](std::size_t done, std::size_t count) {
      REQUIRE(count == 3 * odd.n_layer * 6);
      return done < cells;
    });
  };
  const std::size_t sample = odd.n_layer * 6;
  const auto first = causal_trace(model(), tokens, 1, 2, logit(3), {.samples = 1, .seed = 4});
  const auto stopped_early = until(1), stopped_in_the_second = until(sample + 1);
  REQUIRE(stopped_in_the_second.samples == 1);
  REQUIRE(std::ranges::equal(stopped_in_the_second.restored.values(), first.restored.values()));
  REQUIRE(stopped_in_the_second.corrupted == first.corrupted);
  REQUIRE(stopped_early.samples == 1);
  REQUIRE(stopped_early.restored(std::size_t{0}, std::size_t{0}) == first.restored(std::size_t{0}, std::size_t{0}));
  REQUIRE(std::isnan(stopped_early.restored(odd.n_layer - 1, std::size_t{5})));
  REQUIRE(until(3 * sample + 1).samples == 3);
}

TEST_CASE("a subject outside the prompt is refused") {
  REQUIRE_THROWS_WITH(causal_trace(model(), some_tokens(4, odd), 2, 4, logit(3)),
                      Catch::Matchers::Contains("the prompt has 4"));
}
