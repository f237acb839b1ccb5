#include <tl/model/workspace.hpp>

#include "../catch.hpp"

TEST_CASE("a buffer grows, is aligned, and keeps its memory for smaller needs") {
  tl::Buffer buffer;
  float* large = buffer.need(1000);
  CHECK(reinterpret_cast<std::uintptr_t>(large) % 64 == 0);
  CHECK(buffer.need(10) == large);
  CHECK(buffer.data() == large);
  buffer.need(100000)[99999] = 1.f;
}
