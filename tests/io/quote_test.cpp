#include <tl/io/quote.hpp>

#include "../catch.hpp"

TEST_CASE("a name in a message shows no control characters and is never long") {
  REQUIRE(tl::io::quote("h.0.ln_1.weight") == "'h.0.ln_1.weight'");
  REQUIRE(tl::io::quote("a\x1b[31m\n") == "'a\\x1b[31m\\x0a'");
  REQUIRE(tl::io::quote(std::string(1000, 'x')) == "'" + std::string(120, 'x') + "...'");
}
