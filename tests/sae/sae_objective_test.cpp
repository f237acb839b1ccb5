#include <tl/sae/sae_objective.hpp>

#include "../catch.hpp"

TEST_CASE("objectives have SAELens' names, and batch objectives train jumprelu") {
  using Kind = tl::SaeObjectiveKind;
  CHECK(name(Kind::matryoshka_batchtopk) == "matryoshka_batchtopk");
  CHECK(tl::SaeObjective{.kind = Kind::batchtopk}.architecture() == tl::SaeArchitecture::jumprelu);
  CHECK(tl::SaeObjective{.kind = Kind::gated}.architecture() == tl::SaeArchitecture::gated);
  CHECK(tl::SaeObjective{.kind = Kind::topk}.ranks());
  CHECK(!tl::SaeObjective{.kind = Kind::jumprelu}.ranks());
}

TEST_CASE("what does not fit together is refused") {
  using Kind = tl::SaeObjectiveKind;
  tl::SaeConfig config{.architecture = tl::SaeArchitecture::topk, .d_in = 4, .d_sae = 8, .d_out = 4};
  CHECK_NOTHROW(check(tl::SaeObjective{.k = 8}, config));
  CHECK_THROWS_WITH(check(tl::SaeObjective{.k = 9}, config), "k must be at least 1 and at most d_sae, 8");
  CHECK_THROWS_AS(check(tl::SaeObjective{.kind = Kind::standard}, config), tl::Error);
  config.d_out = 5;
  CHECK_THROWS_AS(check(tl::SaeObjective{.k = 2}, config), tl::Error);
  config = {.architecture = tl::SaeArchitecture::jumprelu, .d_in = 4, .d_sae = 8, .d_out = 4};
  CHECK_THROWS_AS(check(tl::SaeObjective{.kind = Kind::matryoshka_batchtopk, .k = 2}, config), tl::Error);
  tl::SaeObjective nested{.kind = Kind::matryoshka_batchtopk, .k = 2, .matryoshka_widths = {4, 4}};
  CHECK_THROWS_AS(check(nested, config), tl::Error);
  nested.matryoshka_widths = {2, 4};
  CHECK_NOTHROW(check(nested, config));
  config = {.architecture = tl::SaeArchitecture::transcoder, .d_in = 4, .d_sae = 8, .d_out = 6};
  CHECK_THROWS_AS(check(tl::SaeObjective{.kind = Kind::standard}, config), tl::Error);
  config.apply_b_dec_to_input = false;
  CHECK_NOTHROW(check(tl::SaeObjective{.kind = Kind::standard}, config));
}
