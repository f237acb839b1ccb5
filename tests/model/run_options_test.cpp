#include <tl/model/run_options.hpp>

#include "../catch.hpp"

TEST_CASE("0 threads are all of the machine's") {
  CHECK(tl::RunOptions{3}.resolved_threads() == 3);
  CHECK(tl::RunOptions{}.resolved_threads() >= 1);
}
