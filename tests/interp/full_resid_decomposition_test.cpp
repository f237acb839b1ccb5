#include <tl/interp/full_resid_decomposition.hpp>

#include <tl/interp/accumulated_resid.hpp>
#include "../catch.hpp"
#include "stacks.hpp"

using namespace tl;

TEST_CASE("heads, neurons, embeddings and biases sum to the residual stream, in TransformerLens' order") {
  const auto check = [](const auto& model, const FullDecompositionOptions& options) {
    const auto tokens = some_tokens(4, model.config());
    const auto parts = full_resid_decomposition(model, tokens, options);
    const auto whole = accumulated_resid(model, tokens, {.up_to = options.up_to});
    CHECK(parts.labels.size() == parts.values.template extent<"component">());
    CHECK(relative_difference(sum_of_rows(parts.values), whole.values(whole.labels.size() - 1)) < 2e-6);
    return parts.labels;
  };
  const auto model = random_model<odd>();
  const auto labels = check(model, {});
  REQUIRE(labels.size() == 9 + 3 * 131 + 3);
  CHECK((labels[0] == "L0H0" && labels[8] == "L2H2" && labels[9] == "L0N0" && labels[9 + 131] == "L1N0"));
  CHECK((labels[402] == "embed" && labels[403] == "pos_embed" && labels[404] == "bias"));
  const auto coarse = check(model, {.expand_neurons = false});
  CHECK(coarse[9] == "0_mlp_out");
  CHECK(coarse.size() == 9 + 3 + 3);
  check(model, {.up_to = {0}});
  check(model, {.up_to = {2, true}});
  check(random_model<attention_only>(), {});
}

TEST_CASE("rows are streamed one at a time, and are those in memory") {
  const auto model = random_model<odd>();
  const auto tokens = some_tokens(4, odd);
  const auto stack = full_resid_decomposition(model, tokens, {.where = not_first});
  std::size_t rows = 0;
  const auto norm =
      for_each_resid_component(model, tokens, {.where = not_first}, {}, [&](std::string_view label, auto row) {
        CHECK((rows < stack.labels.size() && stack.labels[rows] == label && same_bits(row, stack.values(rows))));
        ++rows;
      });
  CHECK(rows == stack.labels.size());
  CHECK(norm.scale == stack.norm.scale);
  CHECK(norm.scale.size() == 3);
}
