#include <tl/model/first_layers.hpp>

#include <tl/hooks/capture.hpp>
#include "../catch.hpp"
#include "small_models.hpp"

using namespace tl;
using namespace tl::literals;

TEMPLATE_TEST_CASE("the first layers say what the whole model has behind them, and copy nothing", "", float, int8) {
  const auto model = random_model<odd, TestType>();
  const auto two = first_layers(model, 2);
  const auto tokens = some_tokens(9, odd);
  CHECK((two.config().n_layer == 2 && two.weights().bytes() == 0));
  const auto whole = model.run(tokens, capture<"blocks.1.hook_resid_post">());
  const auto first = two.run(tokens, capture<"blocks.1.hook_resid_post">());
  CHECK(same_bits(whole["blocks.1.hook_resid_post"_hook], first["blocks.1.hook_resid_post"_hook]));
  CHECK((values_of(first_layers(model, 3)(tokens)) == values_of(model(tokens))));
  CHECK_THROWS_WITH(first_layers(model, 4), "the first 4 layers were asked for, and the model has 3");
  CHECK_THROWS_WITH(first_layers(model, 0), "the first 0 layers were asked for, and the model has 3");
}
