#include <tl/train/trained_tensor.hpp>
#include <vector>

#include "../catch.hpp"

TEST_CASE("a trained tensor refers to weights and gradient") {
  std::vector<float> w{1, 2};
  const std::vector<float> g{3, 4};
  const tl::TrainedTensor tensor{w, g};
  tensor.weights[1] = 5;
  CHECK(w[1] == 5);
  CHECK(tensor.gradient[0] == 3);
}
