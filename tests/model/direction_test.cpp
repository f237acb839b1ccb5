#include <tl/model/direction.hpp>

#include "../catch.hpp"
#include "small_models.hpp"

using namespace tl;

TEST_CASE("a direction is the difference of two last positions") {
  const auto model = random_model<odd>();
  const auto a = some_tokens(4, odd), b = some_tokens(9, odd, 3);
  const auto v = difference<"blocks.1.hook_resid_mid">(model, a, b);
  const auto of_a = model.run(a, capture<"blocks.1.hook_resid_mid">()),
             of_b = model.run(b, capture<"blocks.1.hook_resid_mid">());
  for (std::size_t i = 0; i != odd.d_model; ++i)
    CHECK(v.vector(i) == of_a["blocks.1.hook_resid_mid"_hook](3, i) - of_b["blocks.1.hook_resid_mid"_hook](8, i));
  CHECK_THROWS_WITH(difference<"blocks.1.hook_resid_mid">(model, a, {}),
                    "a direction needs two prompts of at least one token each (the BOS will do)");
}

TEST_CASE("steering by a direction of heads adds to every head") {
  const auto model = random_model<odd>();
  const auto v = difference<"blocks.1.attn.hook_z">(model, some_tokens(4, odd), some_tokens(4, odd, 3));
  const auto tokens = some_tokens(5, odd);
  const auto plain = model.run(tokens, capture<"blocks.1.attn.hook_z">());
  const auto steered = model.run(tokens, steer(v, 2.f).where(at{-1}), capture<"blocks.1.attn.hook_z">());
  CHECK(same_bits(plain["blocks.1.attn.hook_z"_hook](3), steered["blocks.1.attn.hook_z"_hook](3)));
  CHECK(steered["blocks.1.attn.hook_z"_hook](4, 2, 5) ==
        Approx(plain["blocks.1.attn.hook_z"_hook](4, 2, 5) + 2 * v.vector(2, 5)).margin(1e-6));
}
