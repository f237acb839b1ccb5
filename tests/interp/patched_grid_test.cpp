#include <tl/interp/patched_grid.hpp>

#include "../catch.hpp"
#include "../model/small_models.hpp"

using namespace tl;

namespace {
const auto& model() {
  static const auto made = random_model<odd>();
  return made;
}
PatchTask task() {
  PatchTask made{some_tokens(6, odd), some_tokens(6, odd), logit(3)};
  for (std::size_t i = 2; i != 6; ++i)
    made.corrupted[i] = static_cast<Token>((static_cast<std::size_t>(made.clean[i]) + 3) % odd.d_vocab);
  return made;
}
}  // namespace

TEST_CASE("grids of one task share its base run, and each is what it is alone") {
  const PatchTask one = task();
  PatchedGrid shared(model(), one);
  const auto z = shared(Point::z, {.head = true}), mlp = shared(Point::mlp_out, {.position = true});
  CHECK(shared(Point::z, {.head = true}) == z);
  CHECK(PatchedGrid(model(), one)(Point::mlp_out, {.position = true}) == mlp);
  CHECK(shared.corrupted() == double{model()(one.corrupted)(std::size_t{5}, std::size_t{3})});
  // Where the prompts are the same nothing is brought back.
  CHECK(mlp[0] == shared.corrupted());
  CHECK(mlp[odd.n_layer * 6 - 1] != shared.corrupted());
}

TEST_CASE("patterns of all heads at once are a run with all of them put in") {
  const PatchTask one = task();
  const auto grid = PatchedGrid(model(), one)(Point::pattern, {.position = true});
  DynamicHooks clean;
  clean.capture("blocks.1.attn.hook_pattern");
  model().run(one.clean, clean);
  const CapturedArray pattern = clean.take().front().array;
  for (std::size_t p = 2; p != 6; ++p) {
    DynamicHooks hooks;
    hooks.edit("blocks.1.attn.hook_pattern", [&](const DynamicView& view, const Context& at) {
      for (std::size_t head = 0; at.position() == p && head != odd.n_head; ++head)
        std::copy_n(pattern.values.data() + (head * 6 + p) * 6, p + 1, view.data + head * (p + 1));
    });
    CHECK(grid[6 + p] == double{model()(one.corrupted, hooks)(std::size_t{5}, std::size_t{3})});
  }
}
