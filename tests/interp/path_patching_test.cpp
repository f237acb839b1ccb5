#include <tl/interp/path_patching.hpp>

#include "../catch.hpp"
#include "../model/small_models.hpp"

using namespace tl;

namespace {

const auto& model() {
  static const auto made = random_model<odd>();
  return made;
}
PatchTask task() { return {some_tokens(5, odd), some_tokens(5, odd, 31), logit(3)}; }

// What a head adds to the residual stream of a prompt.
CapturedArray result(std::span<const Token> tokens, HeadAt at) {
  DynamicHooks hooks;
  hooks.capture(full_name(Point::result, static_cast<int>(at.layer)));
  model().run(tokens, hooks);
  return hooks.take().front().array;
}

}  // namespace

TEST_CASE("a path to a head's input is a run with the sender's difference added there") {
  const PatchTask one = task();
  const HeadAt sender{0, 1}, receiver{2, 0};
  const auto clean = result(one.clean, sender), corrupted = result(one.corrupted, sender);
  for (const auto& [input, point] :
       {std::pair{HeadInput::q, Point::q_input}, std::pair{HeadInput::v, Point::v_input}}) {
    const auto scores = path_patch(model(), one, {receiver, input});
    DynamicHooks hooks;
    hooks.edit(full_name(point, 2), [&](const DynamicView& x, const Context&) {
      const std::size_t heads = odd.n_head, d = odd.d_model;
      for (std::size_t row = 0; row != 5; ++row)
        for (std::size_t i = 0; i != d; ++i)
          x.data[(row * heads + receiver.head) * d + i] +=
              clean.values[(row * heads + sender.head) * d + i] - corrupted.values[(row * heads + sender.head) * d + i];
    });
    const auto logits = model()(one.corrupted, hooks);
    REQUIRE(scores(0, 1) == Approx(logits(std::size_t{4}, std::size_t{3})).epsilon(1e-6));
    const auto base = model()(one.corrupted);
    REQUIRE(scores(0, 1) != base(std::size_t{4}, std::size_t{3}));
    REQUIRE(scores(2, 1) == base(std::size_t{4}, std::size_t{3}));  // not before the receiver
  }
}

TEST_CASE("with the receiver's scale frozen the path is linear") {
  const PatchTask one = task();
  const auto frozen = path_patch_to_logits(model(), one, ReceiverNorm::frozen);
  const auto free = path_patch_to_logits(model(), one);
  DynamicHooks hooks;
  hooks.capture("ln_final.hook_scale");
  model().run(one.corrupted, hooks);
  const float scale = hooks.take().front().array.values[4];
  const auto base = model()(one.corrupted);
  for (const HeadAt sender : {HeadAt{0, 0}, HeadAt{2, 2}}) {
    const auto clean = result(one.clean, sender), corrupted = result(one.corrupted, sender);
    std::vector<double> delta(odd.d_model);
    double mean = 0, expected = double{base(std::size_t{4}, std::size_t{3})};
    for (std::size_t i = 0; i != odd.d_model; ++i) {
      const std::size_t at = (4 * odd.n_head + sender.head) * odd.d_model + i;
      delta[i] = double{clean.values[at]} - double{corrupted.values[at]};
      mean += delta[i] / odd.d_model;
    }
    for (std::size_t i = 0; i != odd.d_model; ++i)
      expected += (delta[i] - mean) / double{scale} * double{model().weights().ln_final.w[i]} *
                  double{model().weights().w_u(i, 3)};
    REQUIRE(frozen(sender.layer, sender.head) == Approx(expected).epsilon(1e-4));
    REQUIRE(free(sender.layer, sender.head) != frozen(sender.layer, sender.head));
  }
  // To a head: the same q as LayerNorm with the frozen scale gives.
  const auto to_head = path_patch(model(), one, {{1, 0}, HeadInput::q}, ReceiverNorm::frozen);
  const auto recomputed = path_patch(model(), one, {{1, 0}, HeadInput::q});
  REQUIRE(to_head(0, 0) != recomputed(0, 0));
  REQUIRE(to_head(0, 0) == Approx(recomputed(0, 0)).margin(0.5));
}

TEST_CASE("what path patching cannot do is said") {
  PatchTask one = task();
  REQUIRE_THROWS_WITH(path_patch(model(), one, {{9, 0}, HeadInput::q}),
                      Catch::Matchers::Contains("no head 0 in layer 9"));
  one.clean.pop_back();
  REQUIRE_THROWS_WITH(path_patch_to_logits(model(), one), Catch::Matchers::Contains("4 tokens"));
}
