#include <tl/interp/sweep_cost.hpp>

#include "../catch.hpp"

using namespace tl;

TEST_CASE("a run costs its rows in the layers behind the edit, and one row at the end of the last") {
  constexpr Config config{.n_layer = 3, .n_head = 2, .d_model = 10, .d_head = 4, .d_mlp = 7, .n_ctx = 6, .d_vocab = 5};
  // By row: 10 x 24 for q, k and v, 8 x 10 for W_O, 10 x 7 twice for the MLP; by key 8 for the score and 8 for the mix.
  constexpr double qkv = 2 * 240, rest = 2 * (80 + 140), key = 2 * 16;
  CHECK(cell_flops(config, 2, 5, 6) == qkv + rest + 6 * key);
  CHECK(cell_flops(config, 2, 3, 6) == 3 * qkv + rest + 6 * key);
  CHECK(cell_flops(config, 1, 3, 6) == 3 * (qkv + rest) + (4 + 5 + 6) * key + cell_flops(config, 2, 3, 6));
  CHECK(cell_flops(config, 0, 0, 6) == 2 * (6 * (qkv + rest) + 21 * key) + cell_flops(config, 2, 0, 6));
}
