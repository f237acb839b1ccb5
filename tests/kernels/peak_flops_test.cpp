#include <tl/kernels/peak_flops.hpp>

#include "../catch.hpp"

using namespace tl;

TEMPLATE_TEST_CASE("some operations a second can be done, and not more than a machine can", "", float, bf16, int8) {
  for (const int threads : {1, 2}) {
    const double peak = kernels::peak_flops<TestType>(threads);
    CHECK(peak > 1e7);
    CHECK(peak < 1e15);
  }
}
