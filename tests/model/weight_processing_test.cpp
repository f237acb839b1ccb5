#include <tl/model/weight_processing.hpp>

#include "../catch.hpp"

using namespace tl;

TEST_CASE("the standard processing is all but the refactoring") {
  STATIC_REQUIRE(WeightProcessing::none() == WeightProcessing{});
  CHECK(to_string(WeightProcessing::none()) == "none");
  CHECK(to_string(WeightProcessing::standard()) == "fold_ln,center_writing_weights,center_unembed,fold_value_biases");
  CHECK(to_string({.refactor_factored_attn_matrices = true}) == "refactor_factored_attn_matrices");
}

TEST_CASE("centred writing weights make the basis, and what changes one of W_E and W_U unties them") {
  STATIC_REQUIRE(WeightProcessing::standard().basis() == Basis::centred);
  STATIC_REQUIRE(WeightProcessing{.fold_ln = true}.basis() == Basis::raw);
  STATIC_REQUIRE(!processed(gpt2_small, {.fold_ln = true}).tied_unembed);
  STATIC_REQUIRE(!processed(gpt2_small, {.center_writing_weights = true}).tied_unembed);
  STATIC_REQUIRE(!processed(gpt2_small, {.center_unembed = true}).tied_unembed);
  STATIC_REQUIRE(processed(gpt2_small, {.fold_value_biases = true, .refactor_factored_attn_matrices = true}) ==
                 gpt2_small);
  Config untied = gpt2_small;
  untied.tied_unembed = false;
  STATIC_REQUIRE(processed(gpt2_small, WeightProcessing::standard()).tied_unembed == false);
  CHECK(processed(gpt2_small, WeightProcessing::standard()) == untied);
}
