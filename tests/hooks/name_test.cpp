#include <string>
#include <tl/hooks/name.hpp>

#include "../catch.hpp"

using namespace tl::literals;
using Catch::Matchers::Equals;

TEST_CASE("every point has a name with a layer, one for all layers, or one outside the blocks") {
  for (const tl::PointInfo& point : tl::points) {
    const std::string name(point.name);
    CAPTURE(name);
    const std::vector<std::pair<std::string, int>> forms =
        point.in_block ? std::vector<std::pair<std::string, int>>{{"blocks.0." + name, 0},
                                                                  {"blocks.47." + name, 47},
                                                                  {"blocks.*." + name, tl::every_layer}}
                       : std::vector<std::pair<std::string, int>>{{name, tl::no_layer}};
    for (const auto& [form, layer] : forms) {
      const tl::HookRef ref = tl::resolve(form);
      REQUIRE(ref.known);
      REQUIRE(ref.point == point.point);
      REQUIRE(ref.layer == layer);
      if (layer != tl::every_layer) REQUIRE(tl::full_name(ref.point, ref.layer) == form);
    }
    // With the prefix of the other kind it is no name.
    REQUIRE_FALSE(tl::resolve(point.in_block ? name : "blocks.3." + name).known);
  }
}

TEST_CASE("logits is another name of unembed.hook_out") {
  REQUIRE(tl::resolve("logits").point == tl::Point::unembed_out);
  REQUIRE(tl::resolve("logits").known);
}

TEST_CASE("what is not a name") {
  for (const char* wrong :
       {"", "blocks", "blocks.", "blocks.3", "blocks.3.", "blocks.*", "blocks..hook_resid_pre",
        "blocks.-1.hook_resid_pre", "blocks.3hook_resid_pre", "blocks.03.hook_resid_pre", "blocks.**.hook_resid_pre",
        "blocks.3.hook_resid_pre ", "Blocks.3.hook_resid_pre", "blocks.3.blocks.3.hook_resid_pre",
        "blocks.99999999999999999999.hook_resid_pre", "hook_logits"}) {
    CAPTURE(wrong);
    REQUIRE_FALSE(tl::resolve(wrong).known);
  }
}

TEST_CASE("a reference covers its layer, or all of them, but nothing outside the blocks") {
  const tl::HookRef one = tl::resolve("blocks.3.attn.hook_z"), all = tl::resolve("blocks.*.attn.hook_z");
  REQUIRE(one.covers(tl::Point::z, 3));
  REQUIRE_FALSE(one.covers(tl::Point::z, 4));
  REQUIRE_FALSE(one.covers(tl::Point::q, 3));
  REQUIRE(all.covers(tl::Point::z, 0));
  REQUIRE(all.covers(tl::Point::z, 11));
  REQUIRE_FALSE(all.covers(tl::Point::z, tl::no_layer));
  REQUIRE(tl::resolve("hook_embed").covers(tl::Point::embed, tl::no_layer));
  REQUIRE_FALSE(tl::HookRef{}.covers(tl::Point::embed, tl::no_layer));
}

TEST_CASE("the nearest name is the one that was meant") {
  REQUIRE(tl::nearest_point("blocks.3.hook_resid_pots") == "hook_resid_post");
  REQUIRE(tl::nearest_point("blocks.*.attn.hook_patern") == "attn.hook_pattern");
  REQUIRE(tl::nearest_point("blocks.0.hook_mlp_output") == "hook_mlp_out");
  REQUIRE(tl::nearest_point("hook_embedding") == "hook_embed");
  REQUIRE(tl::nearest_point("ln_final.hook_scales") == "ln_final.hook_scale");
  REQUIRE(tl::nearest_point(std::string(500, 'x')).size() != 0);
  // One letter left out, anywhere.
  for (const tl::PointInfo& point : tl::points)
    for (std::size_t i = 0; i != point.name.size(); ++i) {
      std::string typo(point.name);
      typo.erase(i, 1);
      CAPTURE(typo);
      REQUIRE(tl::detail::edit_distance(typo, tl::nearest_point(typo)) <= 1);
    }
}

TEST_CASE("names known at run time are refused in a sentence") {
  REQUIRE(tl::resolve_or_throw("blocks.5.hook_attn_out", 6).layer == 5);
  REQUIRE(tl::resolve_or_throw("blocks.*.hook_attn_out", 6).layer == tl::every_layer);
  REQUIRE_THROWS_WITH(
      tl::resolve_or_throw("blocks.3.hook_resid_pots", 6),
      Equals("there is no hook point `blocks.3.hook_resid_pots`; the nearest is `blocks.N.hook_resid_post`"));
  REQUIRE_THROWS_WITH(tl::resolve_or_throw("hook_embeds", 6),
                      Equals("there is no hook point `hook_embeds`; the nearest is `hook_embed`"));
  REQUIRE_THROWS_WITH(tl::resolve_or_throw("blocks.6.hook_attn_out", 6),
                      Equals("hook point `blocks.6.hook_attn_out` names layer 6, and this model has layers 0 to 5"));
}

TEST_CASE("a name as an object") {
  constexpr auto name = "blocks.3.attn.hook_pattern"_hook;
  STATIC_REQUIRE(decltype(name)::ref.point == tl::Point::pattern);
  STATIC_REQUIRE(decltype(name)::ref.layer == 3);
}
