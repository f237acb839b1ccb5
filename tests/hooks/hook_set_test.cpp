#include <string>
#include <tl/hooks/hook_set.hpp>

#include "../catch.hpp"
#include "made_rows.hpp"

using tl::Point;

namespace {
// Writes its letter down when called.
struct Letter {
  std::string* text;
  char letter;
  void operator()(auto, const tl::Context&) const { *text += letter; }
};
// What a block of that number would call at P.
template <int Layer, Point P, class Hooks>
void fire(Hooks& hooks, int layer = Layer) {
  Residual values(1);
  const auto rows = made_rows(1, 1);
  hooks.template at<Layer>(layer).template call<P>(values.view(), rows);
}
}  // namespace

TEST_CASE("a set without policies gives every layer NoHooks") {
  tl::HookSet<> none;
  STATIC_REQUIRE(std::is_same_v<decltype(none.at<tl::every_layer>(3)), tl::NoHooks>);
  STATIC_REQUIRE(std::is_same_v<decltype(none.at<tl::no_layer>(tl::no_layer)), tl::NoHooks>);
  STATIC_REQUIRE(decltype(none)::named_layers.empty());
}

TEST_CASE("layers named by number are listed in order, each once") {
  const auto nothing = [](auto, const tl::Context&) {};
  tl::HookSet hooks(tl::observe<"blocks.7.hook_attn_out">(nothing), tl::observe<"hook_embed">(nothing),
                    tl::observe<"blocks.2.hook_resid_pre">(nothing), tl::observe<"blocks.*.hook_mlp_out">(nothing),
                    tl::observe<"blocks.7.attn.hook_z">(nothing), tl::observe<"blocks.0.hook_resid_pre">(nothing));
  STATIC_REQUIRE(decltype(hooks)::named_layers == std::array{0, 2, 7});
}

TEST_CASE("a layer gets the policies that name it and those of every layer, in argument order") {
  std::string text;
  tl::HookSet hooks(tl::observe<"blocks.3.hook_resid_pre">(Letter{&text, 'a'}),
                    tl::observe<"blocks.*.hook_resid_pre">(Letter{&text, 'b'}),
                    tl::observe<"blocks.3.hook_resid_pre">(Letter{&text, 'c'}),
                    tl::observe<"blocks.5.hook_resid_pre">(Letter{&text, 'd'}),
                    tl::observe<"blocks.3.hook_resid_post">(Letter{&text, 'e'}),
                    tl::observe<"hook_embed">(Letter{&text, 'f'}));
  fire<3, Point::resid_pre>(hooks);
  REQUIRE(text == "abc");
  text.clear();
  fire<5, Point::resid_pre>(hooks);
  REQUIRE(text == "bd");
  text.clear();
  fire<tl::every_layer, Point::resid_pre>(hooks, 4);
  REQUIRE(text == "b");
  text.clear();
  fire<3, Point::resid_post>(hooks);
  REQUIRE(text == "e");
  text.clear();
  fire<tl::no_layer, Point::embed>(hooks);
  REQUIRE(text == "f");
}

TEST_CASE("a later policy sees what an earlier one wrote") {
  auto values = counted<Residual>(1);
  float seen_before = 0, seen_after = 0;
  tl::HookSet hooks(
      tl::observe<"blocks.*.attn.hook_z">([&](auto view, const tl::Context&) { seen_before = view(0, 0); }),
      tl::edit<"blocks.1.attn.hook_z">([](auto view, const tl::Context&) { view(0, 0) = 40; }),
      tl::edit<"blocks.*.attn.hook_z">([](auto view, const tl::Context&) { view(0, 0) += 2; }),
      tl::observe<"blocks.*.attn.hook_z">([&](auto view, const tl::Context&) { seen_after = view(0, 0); }));
  const auto rows = made_rows(1, 1);
  hooks.at<1>(1).call<Point::z>(values.view(), rows);
  REQUIRE(seen_before == 1);
  REQUIRE(seen_after == 42);
}

TEST_CASE("a call tells the number of the layer, the point, the rows and the keys") {
  bool called = false;
  tl::HookSet hooks(tl::observe<"blocks.*.attn.hook_pattern">([&](auto, const tl::Context& at) {
    called = true;
    REQUIRE(at.layer == 9);
    REQUIRE(at.point == Point::pattern);
    REQUIRE(at.position() == 1);
    REQUIRE(at.key_position(1) == 1);
  }));
  Pattern pattern(2);
  const auto rows = made_rows(1, 2, 1);
  const std::vector<std::uint32_t> keys{0, 1};
  hooks.at<tl::every_layer>(9).call<Point::pattern>(pattern.view(), rows, keys);
  REQUIRE(called);
}

TEST_CASE("what a block may skip") {
  const auto nothing = [](auto, const tl::Context&) {};
  tl::HookSet hooks(tl::observe<"blocks.*.attn.hook_pattern">(nothing), tl::edit<"blocks.2.attn.hook_result">(nothing));
  using Two = decltype(hooks.at<2>(2));
  using Others = decltype(hooks.at<tl::every_layer>(0));
  STATIC_REQUIRE(Two::may_want<Point::result> && Two::may_edit<Point::result>);
  STATIC_REQUIRE(Two::may_want<Point::pattern> && !Two::may_edit<Point::pattern>);
  STATIC_REQUIRE(Two::may_want<Point::q, Point::pattern> && !Two::may_want<Point::q, Point::k>);
  STATIC_REQUIRE(Others::may_want<Point::pattern> && !Others::may_want<Point::result>);
  REQUIRE(hooks.at<2>(2).wants<Point::z, Point::result>());
  REQUIRE(hooks.at<2>(2).edits<Point::result>());
  REQUIRE_FALSE(hooks.at<2>(2).edits<Point::pattern>());
}

TEST_CASE("policies given as lvalues are referred to, others are owned") {
  int calls = 0;
  auto count = tl::observe<"hook_embed">([&calls](auto, const tl::Context&) { ++calls; });
  tl::HookSet hooks(count, tl::observe<"hook_embed">([&calls](auto, const tl::Context&) { calls += 10; }));
  REQUIRE(&hooks.policy<0>() == &count);
  fire<tl::no_layer, Point::embed>(hooks);
  REQUIRE(calls == 11);
  int visited = 0;
  hooks.for_each([&](auto& policy) { visited += policy.ref.point == Point::embed; });
  REQUIRE(visited == 2);
}
