#include <tl/interp/component_labels.hpp>

#include "../catch.hpp"

TEST_CASE("labels are TransformerLens'") {
  CHECK(tl::layer_label(3, "attn_out") == "3_attn_out");
  CHECK(tl::head_label(10, 0) == "L10H0");
  CHECK(tl::neuron_label(0, 3071) == "L0N3071");
}
