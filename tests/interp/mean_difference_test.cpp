#include <tl/interp/mean_difference.hpp>

#include <tl/model/direction.hpp>
#include "../catch.hpp"
#include "stacks.hpp"

using namespace tl;

TEST_CASE("of one prompt each it is the difference of two prompts") {
  const auto model = random_model<odd>();
  const std::vector<std::vector<Token>> a{some_tokens(5, odd, 1)}, b{some_tokens(8, odd, 2)};
  const auto found = mean_difference<"blocks.1.hook_resid_post">(model, a, b);
  const auto expected = difference<"blocks.1.hook_resid_post">(model, a[0], b[0]);
  static_assert(std::is_same_v<decltype(found), decltype(expected)>);
  CHECK(relative_difference(found.vector, expected.vector) < 1e-6);
  const auto z = mean_difference<"blocks.1.attn.hook_z">(model, a, b);
  static_assert(std::is_same_v<decltype(z), decltype(difference<"blocks.1.attn.hook_z">(model, a[0], b[0])) const>);
  CHECK(z.vector.size() == 51);
}

TEST_CASE("means are over each set, and the direction steers") {
  const auto model = random_model<odd>();
  const std::vector<std::vector<Token>> a{some_tokens(5, odd, 1), some_tokens(6, odd, 3)}, b{some_tokens(8, odd, 2)},
      none, empty{{}};
  const auto found = mean_difference<"blocks.1.hook_resid_post">(model, a, b);
  const auto first = difference<"blocks.1.hook_resid_post">(model, a[0], b[0]),
             second = difference<"blocks.1.hook_resid_post">(model, a[1], b[0]);
  for (std::size_t i = 0; i != odd.d_model; ++i)
    CHECK(std::abs(found.vector(i) - (first.vector(i) + second.vector(i)) / 2) < 1e-5f);
  CHECK(!same_bits(model(a[0], steer(found, 1.f)), model(a[0])));
  CHECK_THROWS_WITH(mean_difference<"blocks.1.hook_resid_post">(model, a, none),
                    "a difference of means needs two sets of prompts, and one is empty");
  CHECK_THROWS_WITH(mean_difference<"blocks.1.hook_resid_post">(model, a, empty),
                    "a mean needs prompts of at least one token each (the BOS will do)");
}
