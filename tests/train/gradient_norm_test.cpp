#include <cmath>
#include <tl/train/gradient_norm.hpp>

#include "../catch.hpp"

TEST_CASE("the norm is that of all tensors together, and clips like torch") {
  std::vector<float> none;
  const std::vector<float> a(10'000, .01f), b{3, 4};
  const tl::TrainedTensor tensors[]{{none, a}, {none, b}};
  const double norm = tl::gradient_norm(tensors, 2);
  CHECK(norm == Approx(std::sqrt(1 + 25.)));
  CHECK(tl::clipping_scale(norm, 1) == Approx(1 / std::sqrt(26.)).epsilon(1e-6));
  CHECK(tl::clipping_scale(norm, 6) == 1);
  CHECK(tl::clipping_scale(0, 1) == 1);
}

TEST_CASE("a NaN shows") {
  std::vector<float> none;
  const std::vector<float> bad{1, std::nanf(""), 2};
  const tl::TrainedTensor tensor{none, bad};
  CHECK(std::isnan(tl::gradient_norm({&tensor, 1}, 1)));
}
