#include <tl/interp/written_directions.hpp>

#include "../catch.hpp"
#include "../model/small_models.hpp"

using namespace tl;

TEST_CASE("a unit vector of an inner point writes its row of the matrix after it") {
  const auto model = random_model<odd>();
  std::vector<float> neuron(odd.d_mlp), z(odd.n_head * odd.d_head);
  neuron[77] = 1;
  z[odd.d_head + 3] = 2;  // head 1
  const auto by_neuron = written_directions(model, "blocks.2.mlp.hook_post", neuron);
  const auto by_head = written_directions(model, "blocks.0.attn.hook_z", z);
  const auto w_out = model.weights().W_out(2);
  const auto w_o = model.weights().W_O(0);
  for (std::size_t i = 0; i != odd.d_model; ++i) {
    CHECK(by_neuron(0, i) == w_out(77, i));
    CHECK(by_head(0, i) == 2 * w_o(1, 3, i));
  }
}

TEST_CASE("what is in the stream is written as it is, and elsewhere nothing is known") {
  const auto model = random_model<odd>();
  std::vector<float> two(2 * odd.d_model, .5f);
  const auto same = written_directions(model, "blocks.1.hook_mlp_out", two);
  CHECK(std::vector<float>(same.data(), same.data() + same.size()) == two);
  CHECK_THROWS_WITH(written_directions(model, "blocks.1.ln1.hook_normalized", two), Catch::Contains("is not written"));
  CHECK(written(resolve("blocks.1.attn.hook_q")) == Written::none);
  CHECK(written(resolve("blocks.1.attn.hook_z")) == Written::through_W_O);
  CHECK(written(resolve("hook_embed")) == Written::as_it_is);
  CHECK_THROWS_WITH(written_directions(model, "blocks.*.mlp.hook_post", two), Catch::Contains("is not written"));
  CHECK_THROWS_WITH(written_directions(model, "blocks.1.mlp.hook_post", two), Catch::Contains("no whole rows of 131"));
}
