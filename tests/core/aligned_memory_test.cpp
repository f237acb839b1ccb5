#include <cstdint>
#include <tl/core/aligned_memory.hpp>
#include <utility>

#include "../catch.hpp"

TEST_CASE("arrays begin at a cache line, large ones at a huge page, and can be written to their end") {
  for (const std::size_t bytes : {std::size_t{0}, std::size_t{1}, std::size_t{4096}, 2 * tl::huge_page - 64,
                                  2 * tl::huge_page, 2 * tl::huge_page + 1}) {
    CAPTURE(bytes);
    auto memory = tl::allocate<char>(bytes);
    const auto address = reinterpret_cast<std::uintptr_t>(memory.get());
    CHECK(address % (bytes >= 2 * tl::huge_page ? tl::huge_page : tl::cache_line) == 0);
    for (std::size_t i = 0; i < bytes; i += 4096) memory[i] = 1;
    if (bytes != 0) memory[bytes - 1] = 2;
    auto moved = std::move(memory);
    memory = tl::allocate<char>(8);  // of another alignment, released as such
    memory = std::move(moved);
    if (bytes != 0) CHECK(memory[bytes - 1] == (bytes == 0 ? 0 : 2));
  }
}
