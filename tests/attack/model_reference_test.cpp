#include <tl/attack/model_reference.hpp>

#include "../catch.hpp"
#include "../model/small_models.hpp"

TEST_CASE("whatever was asked before, the logits are those of the text") {
  const auto model = random_model<odd>();
  const tl::ModelReference reference{model};
  const auto one = some_tokens(20, odd), two = some_tokens(20, odd, 3);
  const auto check = [&](std::span<const tl::Token> text) {
    std::vector<float> logits(odd.d_vocab);
    reference(text, logits);
    const auto whole = model(text);
    CHECK(same_bits(logits, values_of(whole(text.size() - 1))));
  };
  for (const std::size_t length : {5u, 6u, 6u, 9u, 3u, 20u}) check(std::span(one).first(length));
  check(two);
  check(std::span(one).first(1));
  std::vector<float> logits(odd.d_vocab);
  CHECK_THROWS_WITH(reference({}, logits), "there is no text that the reference model could go on from");
}
