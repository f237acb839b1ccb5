#include <tl/io/tensor_spec.hpp>

#include "../catch.hpp"

using namespace tl;

TEST_CASE("a tensor has as many elements as its shape says, a number one") {
  CHECK(io::TensorSpec{"w", {3, 4, 5}}.size() == 60);
  CHECK(io::TensorSpec{"w", {}}.size() == 1);
  CHECK(io::TensorSpec{"w", {3, 0}}.size() == 0);
  CHECK(io::TensorSpec{"w", {3, 4}} != io::TensorSpec{"w", {4, 3}});
}
