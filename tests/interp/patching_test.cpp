#include <tl/interp/patching.hpp>

#include "../catch.hpp"
#include "../model/small_models.hpp"

using namespace tl;

namespace {

const auto& model() {
  static const auto made = random_model<odd>();
  return made;
}

PatchTask task(std::size_t length, std::size_t same, std::uint32_t step) {
  PatchTask made{some_tokens(length, odd), some_tokens(length, odd), logit_difference(3, 7)};
  for (std::size_t i = same; i != length; ++i)
    made.corrupted[i] = static_cast<Token>((static_cast<std::size_t>(made.clean[i]) + 5 * step + i) % odd.d_vocab);
  return made;
}

// A corrupted run in which f changes the values at a name, given those of the clean run.
template <class F>
double patched_by_hand(const PatchTask& task, const std::string& name, F f) {
  DynamicHooks clean;
  clean.capture(name);
  model().run(task.clean, clean);
  const CapturedArray values = clean.take().front().array;
  DynamicHooks hooks;
  hooks.edit(name, [&](const DynamicView& view, const Context& at) { f(view, at, values); });
  const auto logits = model()(task.corrupted, hooks);
  return task.metric.value(
      std::vector{logits(task.clean.size() - 1, std::size_t{3}), logits(task.clean.size() - 1, std::size_t{7})});
}

}  // namespace

TEST_CASE("a patched grid is what whole patched runs give") {
  const PatchTask one = task(7, 2, 1);
  const auto resid = get_act_patch_resid_pre(model(), one);
  const auto heads = get_act_patch_attn_head_v_by_pos(model(), one);
  const auto entries = get_act_patch_attn_head_pattern_dest_src_pos(model(), one);
  const auto everywhere = get_act_patch_attn_head_out_all_pos(model(), one);
  const std::size_t d = odd.d_model, dh = odd.d_head, n = 7;
  for (std::size_t layer = 0; layer != odd.n_layer; ++layer) {
    const std::string block = "blocks." + std::to_string(layer);
    for (std::size_t p = 0; p != n; ++p) {
      REQUIRE(resid(layer, p) == static_cast<float>(patched_by_hand(one, block + ".hook_resid_pre",
                                                                    [&](auto& view, auto&, const CapturedArray& clean) {
                                                                      std::copy_n(clean.values.data() + p * d, d,
                                                                                  view.data + p * d);
                                                                    })));
      const std::size_t head = p % odd.n_head, at = (p * odd.n_head + head) * dh;
      REQUIRE(heads(layer, p, head) ==
              static_cast<float>(
                  patched_by_hand(one, block + ".attn.hook_v", [&](auto& view, auto&, const CapturedArray& clean) {
                    std::copy_n(clean.values.data() + at, dh, view.data + at);
                  })));
      const std::size_t source = p / 2;
      REQUIRE(entries(layer, head, p, source) ==
              static_cast<float>(patched_by_hand(
                  one, block + ".attn.hook_pattern", [&](auto& view, const Context& row, const CapturedArray& clean) {
                    if (row.position() == p)
                      view.data[head * (p + 1) + source] = clean.values[(head * n + p) * n + source];
                  })));
    }
    for (std::size_t head = 0; head != odd.n_head; ++head)
      REQUIRE(everywhere(layer, head) ==
              static_cast<float>(
                  patched_by_hand(one, block + ".attn.hook_z", [&](auto& view, auto&, const CapturedArray& clean) {
                    for (std::size_t p = 0; p != n; ++p) {
                      const std::size_t at = (p * odd.n_head + head) * dh;
                      std::copy_n(clean.values.data() + at, dh, view.data + at);
                    }
                  })));
  }
}

TEST_CASE("all patches of a residual stream at once give the clean run") {
  const PatchTask one = task(5, 4, 2);  // they differ in the last token only
  const auto resid = get_act_patch_resid_pre(model(), one);
  const auto clean = model()(one.clean);
  const double expected = double{clean(std::size_t{4}, std::size_t{3})} - double{clean(std::size_t{4}, std::size_t{7})};
  for (std::size_t layer = 0; layer != odd.n_layer; ++layer)
    REQUIRE(resid(layer, std::size_t{4}) == static_cast<float>(expected));
}

TEST_CASE("several tasks give the mean of their grids; stacks are the grids") {
  const std::vector<PatchTask> tasks{task(6, 1, 1), task(6, 3, 2)};
  const auto mean = get_act_patch_mlp_out(model(), PatchTasks(tasks));
  const auto first = get_act_patch_mlp_out(model(), tasks[0]), second = get_act_patch_mlp_out(model(), tasks[1]);
  for (std::size_t i = 0; i != mean.size(); ++i)
    REQUIRE(mean.data()[i] == Approx((first.data()[i] + second.data()[i]) / 2).margin(1e-6));
  const auto every = get_act_patch_attn_head_by_pos_every(model(), tasks[0]);
  const auto pattern = get_act_patch_attn_head_pattern_by_pos(model(), tasks[0]);
  REQUIRE(every.size() == 5);
  REQUIRE(every[4](1, 5, 0) == pattern(1, 0, 5));
  REQUIRE(get_act_patch_block_every(model(), tasks[0])[2](0, 4) == first(0, 4));
}

TEST_CASE("prompts of different length are refused") {
  PatchTask one = task(5, 1, 1);
  one.clean.pop_back();
  REQUIRE_THROWS_WITH(get_act_patch_resid_pre(model(), one),
                      Catch::Matchers::Contains("4 tokens") && Catch::Matchers::Contains("5"));
}
