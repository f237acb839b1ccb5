#include <tl/interp/neuron_results.hpp>

#include "../catch.hpp"
#include "stacks.hpp"

using namespace tl;

TEST_CASE("a neuron writes its activation times its row of W_out") {
  const auto model = random_model<odd>();
  const auto tokens = some_tokens(5, odd);
  const auto stack = stack_neuron_results(model, tokens, {.up_to = {2}, .incl_remainder = true});
  REQUIRE(stack.labels.size() == 2 * 131 + 1);
  CHECK((stack.labels[0] == "L0N0" && stack.labels[261] == "L1N130" && stack.labels[262] == "remainder"));
  const auto run = model.run(tokens, capture<"blocks.1.mlp.hook_post">(), capture<"blocks.2.hook_resid_pre">());
  const auto W_out = model.weights().W_out(1);
  const auto row = row_named(stack, "L1N7");
  for (std::size_t pos = 0; pos != 5; ++pos)
    for (std::size_t i = 0; i != 51; ++i)
      CHECK(row(pos, i) == run["blocks.1.mlp.hook_post"_hook](pos, 7) * W_out(7, i));
  CHECK(relative_difference(sum_of_rows(stack.values), run["blocks.2.hook_resid_pre"_hook]) < 1e-6);
}

TEST_CASE("some neurons of each layer") {
  const auto model = random_model<odd>();
  const auto tokens = some_tokens(3, odd);
  const auto some = stack_neuron_results(model, tokens, {.first_neuron = 129, .neurons = 5, .where = at{-1}});
  CHECK(some.labels == std::vector<std::string>{"L0N129", "L0N130", "L1N129", "L1N130", "L2N129", "L2N130"});
  const auto every = stack_neuron_results(model, tokens, {});
  CHECK(same_bits(some.values(3, 0), row_named(every, "L1N130")(2)));
}
