#include <tl/model/stage.hpp>

#include <tl/hooks/patch.hpp>
#include "../catch.hpp"
#include "small_models.hpp"

using namespace tl;

TEST_CASE("LayerNorm seen in steps is LayerNorm at once, and an edited divisor is the one used") {
  const auto model = random_model<odd>();
  const auto tokens = some_tokens(6, odd);
  const auto fused = model.run(tokens, capture<"blocks.1.ln2.hook_out">());
  const auto steps = model.run(tokens, capture<"blocks.1.ln2.hook_scale">(), capture<"blocks.1.ln2.hook_out">());
  CHECK(same_bits(fused["blocks.1.ln2.hook_out"_hook], steps["blocks.1.ln2.hook_out"_hook]));
  const auto doubled = model.run(tokens, edit<"blocks.1.ln2.hook_scale">([](auto scale, Context) {
                                   for (float& s : scale.values()) s *= 2;
                                 }),
                                 capture<"blocks.1.ln2.hook_normalized">());
  const auto plain = model.run(tokens, capture<"blocks.1.ln2.hook_normalized">());
  CHECK(doubled["blocks.1.ln2.hook_normalized"_hook](3, 7) == plain["blocks.1.ln2.hook_normalized"_hook](3, 7) / 2);
}

TEST_CASE("a frozen norm keeps the divisor of another run") {
  const auto model = random_model<odd>();
  const auto tokens = some_tokens(6, odd);
  const auto source = model.run(tokens, capture<"blocks.1.ln1.hook_scale">());
  const auto frozen = source["blocks.1.ln1.hook_scale"_hook];
  const auto shifted = [] {
    return edit<"blocks.1.hook_resid_pre">([](auto x, Context) {
      for (float& f : x.values()) f *= 3;
    });
  };
  const auto run = model.run(tokens, shifted(), frozen_norm<"blocks.1.ln1.hook_scale">(frozen),
                             capture<"blocks.1.ln1.hook_scale">(), capture<"blocks.1.ln1.hook_normalized">());
  CHECK(same_bits(run["blocks.1.ln1.hook_scale"_hook], frozen));
  const auto free = model.run(tokens, shifted(), capture<"blocks.1.ln1.hook_normalized">());
  CHECK(run["blocks.1.ln1.hook_normalized"_hook](2, 3) ==
        Approx(3 * free["blocks.1.ln1.hook_normalized"_hook](2, 3)).epsilon(1e-3));
}
