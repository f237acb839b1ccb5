#include <tl/model/config.hpp>

#include "../catch.hpp"

using namespace tl;

TEST_CASE("the shipped configurations have the family's extents") {
  for (const Config& config : {gpt2_small, gpt2_medium, gpt2_large, gpt2_xl, distilgpt2, tinystories_6l}) {
    CHECK(config.d_model == config.n_head * config.d_head);
    CHECK(config.d_mlp == 4 * config.d_model);
    CHECK(!config.is_dynamic());
  }
  CHECK(dynamic_gpt2.is_dynamic());
  CHECK(gpt2_small != distilgpt2);
  // 124,439,808 parameters, tied.
  const auto c = gpt2_small;
  CHECK(c.d_vocab * c.d_model + c.n_ctx * c.d_model +
            c.n_layer * (4 * c.d_model + 4 * c.d_model * c.d_model + 4 * c.d_model + 2 * c.d_model * c.d_mlp + c.d_mlp +
                         c.d_model) +
            2 * c.d_model ==
        124439808);
}
