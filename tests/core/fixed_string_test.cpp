#include <tl/core/fixed_string.hpp>

#include "../catch.hpp"

template <tl::fixed_string Text>
constexpr auto view_of = Text.view();

TEST_CASE("a string literal becomes a template argument and comes back as text") {
  REQUIRE(view_of<"d_model"> == "d_model");
  REQUIRE(view_of<""> == "");
  REQUIRE(view_of<"blocks.3.hook_resid_post">.size() == 24);
}

TEST_CASE("strings compare by their text") {
  using tl::fixed_string;
  REQUIRE(fixed_string("pos") == fixed_string("pos"));
  REQUIRE_FALSE(fixed_string("pos") == fixed_string("row"));
  REQUIRE_FALSE(fixed_string("pos") == fixed_string("poss"));
  constexpr fixed_string<4> from_view(std::string_view("pos!", 3));
  REQUIRE(from_view == fixed_string("pos"));
}
