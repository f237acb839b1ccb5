#include <tl/hooks/ablate.hpp>
#include <tl/hooks/capture.hpp>
#include <tl/hooks/dynamic_hooks.hpp>
#include <tl/hooks/hook_set.hpp>

#include "../catch.hpp"
#include "made_rows.hpp"

using Catch::Matchers::Equals;
using tl::Point;

namespace {
const auto nothing_missing = [](Point) -> const char* { return nullptr; };

// Layers 0 to 2 of a model that has two points: residual, then pattern, three positions each. Returns the residuals
// after.
template <class Hooks>
std::vector<float> played(Hooks& hooks) {
  std::vector<float> after;
  const auto rows = made_rows(3, 2);
  for (int layer = 0; layer != 3; ++layer) {
    const auto at = hooks.template at<tl::every_layer>(layer);
    auto residual = counted<Residual>(3, static_cast<float>(100 * layer));
    at.template call<Point::resid_pre>(residual.view(), rows);
    for (std::size_t position = 0; position != 3; ++position) {
      auto pattern = counted<Pattern>(position + 1, static_cast<float>(layer));
      at.template call<Point::pattern>(pattern.view(), std::span(rows).subspan(position, 1));
    }
    after.insert(after.end(), residual.values().begin(), residual.values().end());
  }
  return after;
}
void halve(const tl::DynamicView& view, const tl::Context&) {
  for (std::size_t i = 0; i != view.size(); ++i) view.data[i] *= 0.5f;
}
}  // namespace

TEST_CASE("hooks named at run time do what typed policies do") {
  tl::DynamicHooks dynamic;
  dynamic.capture("blocks.*.hook_resid_pre");
  dynamic.edit("blocks.*.hook_resid_pre", halve, tl::not_first);
  dynamic.capture("blocks.*.hook_resid_pre", tl::prompt_only);
  dynamic.capture("blocks.*.attn.hook_pattern");
  tl::HookSet<tl::DynamicHooks&> dynamic_set(dynamic);
  tl::HookSet typed(
      tl::capture<"blocks.*.hook_resid_pre">(), tl::scale<"blocks.*.hook_resid_pre">(0.5f).where(tl::not_first),
      tl::capture<"blocks.*.hook_resid_pre">().where(tl::prompt_only), tl::capture<"blocks.*.attn.hook_pattern">());

  REQUIRE(played(dynamic_set) == played(typed));

  const auto arrays = dynamic.take();
  REQUIRE(arrays.size() == 9);  // in the order of names given, then of layers
  const auto same = [&]<class P>(P& policy, std::size_t first) {
    for (int layer = 0; layer != 3; ++layer) {
      const tl::NamedArray& array = arrays[first + static_cast<std::size_t>(layer)];
      const tl::CapturedArray expected = policy.callable().kept(0, layer).take(P::ref.point);
      REQUIRE(array.name == tl::full_name(P::ref.point, layer));
      REQUIRE(array.array.extents == expected.extents);
      REQUIRE(array.array.values == expected.values);
    }
  };
  same(typed.policy<0>(), 0);
  same(typed.policy<2>(), 3);
  same(typed.policy<3>(), 6);
  REQUIRE(dynamic.take().empty());
}

TEST_CASE("a function is given the extents and the place") {
  tl::DynamicHooks hooks;
  int calls = 0;
  hooks.observe(
      "blocks.1.hook_resid_pre",
      [&](const tl::DynamicView& view, const tl::Context& at) {
        ++calls;
        REQUIRE(view.extents == std::vector<std::size_t>{2, 4});
        REQUIRE(view.size() == 8);
        REQUIRE(at.layer == 1);
        REQUIRE(at.position() == 1);
      },
      tl::not_first);
  tl::HookSet<tl::DynamicHooks&> set(hooks);
  played(set);
  REQUIRE(calls == 1);
}

TEST_CASE("what is wanted and edited decides what is computed") {
  tl::DynamicHooks hooks;
  hooks.capture("blocks.2.attn.hook_pattern");
  hooks.edit("blocks.*.hook_mlp_out", halve, tl::generated_only);
  REQUIRE(hooks.wants(Point::pattern, 2));
  REQUIRE_FALSE(hooks.wants(Point::pattern, 1));
  REQUIRE(hooks.wants(Point::mlp_out, 1));
  REQUIRE(hooks.edits(Point::mlp_out, 1));
  REQUIRE_FALSE(hooks.edits(Point::pattern, 2));
  REQUIRE(hooks.edits_position(5, {0, 5}));
  REQUIRE_FALSE(hooks.edits_position(4, {0, 5}));
  std::vector<Point> named;
  hooks.for_each_ref([&](tl::HookRef ref) { named.push_back(ref.point); });
  REQUIRE(named == std::vector{Point::pattern, Point::mlp_out});
}

TEST_CASE("a set with run-time hooks may want everything, and asks") {
  tl::DynamicHooks hooks;
  hooks.edit("blocks.1.attn.hook_z", halve);
  tl::HookSet<tl::DynamicHooks&> set(hooks);
  STATIC_REQUIRE(decltype(set)::any_run_time);
  STATIC_REQUIRE(decltype(set.at<tl::every_layer>(1))::may_edit<Point::q>);
  REQUIRE(set.at<tl::every_layer>(1).edits<Point::z>());
  REQUIRE_FALSE(set.at<tl::every_layer>(1).wants<Point::q>());
  REQUIRE_FALSE(set.at<tl::every_layer>(2).wants<Point::z>());
}

TEST_CASE("sequences are kept apart") {
  tl::DynamicHooks hooks;
  hooks.capture("hook_embed");
  auto rows = made_rows(1, 1);
  rows.push_back(made_rows(1, 1, 0, 1)[0]);
  auto values = counted<Residual>(2);
  hooks.call(values.view(), tl::Context(tl::no_layer, Point::embed, rows));
  const auto second = hooks.take(1);
  REQUIRE(second.size() == 1);
  REQUIRE(second[0].name == "hook_embed");
  REQUIRE(second[0].array.values == tl::AlignedVector<float>{5, 6, 7, 8});
  REQUIRE(hooks.take(0).size() == 1);
  REQUIRE(hooks.take(2).empty());
}

TEST_CASE("what does not exist is refused in a sentence") {
  tl::DynamicHooks hooks;
  REQUIRE_THROWS_WITH(
      hooks.capture("blocks.0.hook_resid_pots"),
      Equals("there is no hook point `blocks.0.hook_resid_pots`; the nearest is `blocks.N.hook_resid_post`"));
  hooks.capture("blocks.8.hook_mlp_out");
  REQUIRE_NOTHROW(hooks.check(9, nothing_missing));
  REQUIRE_THROWS_WITH(hooks.check(8, nothing_missing),
                      Equals("hook point `blocks.8.hook_mlp_out` names layer 8, and this model has layers 0 to 7"));
  REQUIRE_THROWS_WITH(hooks.check(9, [](Point p) { return tl::is_mlp(p) ? "this model has no MLPs" : nullptr; }),
                      Equals("hook point `blocks.8.hook_mlp_out` cannot be served: this model has no MLPs"));
}

TEST_CASE("ln1 has no one value where the input of single heads is edited") {
  const auto refused = [](const char* edited, const char* named) {
    tl::DynamicHooks hooks;
    hooks.capture(named);
    hooks.edit(edited, halve);
    try {
      hooks.check(12, nothing_missing);
    } catch (const tl::Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  REQUIRE(refused("blocks.3.hook_q_input", "blocks.3.ln1.hook_scale") ==
          "`blocks.3.hook_q_input` is edited for single heads, each then has a LayerNorm of its own, and "
          "`blocks.3.ln1.hook_scale` does not exist");
  REQUIRE_FALSE(refused("blocks.*.hook_attn_in", "blocks.3.ln1.hook_out").empty());
  REQUIRE_FALSE(refused("blocks.3.hook_v_input", "blocks.*.ln1.hook_out").empty());
  REQUIRE(refused("blocks.4.hook_q_input", "blocks.3.ln1.hook_scale").empty());
  REQUIRE(refused("blocks.3.hook_q_input", "blocks.3.ln2.hook_scale").empty());
}
