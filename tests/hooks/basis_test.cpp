#include <tl/hooks/basis.hpp>
#include <tl/hooks/steer.hpp>
#include <type_traits>
#include <utility>

#include "../catch.hpp"

TEST_CASE("a direction and the policy made of it are of one basis") {
  using Raw = tl::Direction<"blocks.1.hook_resid_pre", tl::Basis::raw, tl::Dim<"d_model", 4>>;
  using Centred = tl::Direction<"blocks.1.hook_resid_pre", tl::Basis::centred, tl::Dim<"d_model", 4>>;
  STATIC_REQUIRE_FALSE(std::is_same_v<Raw, Centred>);
  STATIC_REQUIRE(std::remove_cvref_t<decltype(tl::steer(std::declval<Raw>(), 1).callable())>::basis == tl::Basis::raw);
  STATIC_REQUIRE(std::remove_cvref_t<decltype(tl::steer(std::declval<Centred>(), 1).callable())>::basis ==
                 tl::Basis::centred);
}
