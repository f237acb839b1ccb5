#include <cmath>
#include <tl/decode/token_entropies.hpp>
#include <tl/hooks/ablate.hpp>

#include "../catch.hpp"
#include "../model/small_models.hpp"

using namespace tl;

TEST_CASE("logits of a text come as the model gives them, in order, hooks and all") {
  constexpr Config longer = [] {
    Config config = odd;
    config.n_ctx = 250;  // more than are computed at once
    return config;
  }();
  const auto model = random_model<longer>();
  const auto tokens = some_tokens(220, longer);
  const auto check = [&](auto... policies) {
    const auto whole = model(tokens, policies...);
    std::size_t next = 0;
    for_each_logits(
        model, tokens, {},
        [&](std::size_t position, std::span<const float> logits) {
          REQUIRE(position == ++next);
          REQUIRE(same_bits(logits, whole(position - 1).values()));
        },
        policies...);
    CHECK(next == tokens.size() - 1);
    const auto entropies = token_entropies(model, tokens, {}, policies...);
    CHECK(std::isnan(entropies[0]));
    CHECK(entropies[40] == entropy(whole(39).values()).nats);
  };
  check();
  check(ablate<"blocks.1.hook_mlp_out">());
}

TEST_CASE("a text of one token, or none, has no distribution") {
  const auto model = random_model<odd>();
  CHECK(token_entropies(model, some_tokens(1, odd)).size() == 1);
  CHECK(token_entropies(model, {}).empty());
}
