#include <tl/core/error.hpp>

#include "../catch.hpp"

TEST_CASE("an error joins its parts, strings and numbers, into one sentence") {
  const std::string file = "model.safetensors";
  const tl::Error error(file, ": token ", 7, " is out of range, ", std::string_view("which"), " is ", std::size_t{5});
  REQUIRE(error.what() == std::string("model.safetensors: token 7 is out of range, which is 5"));
  REQUIRE(std::string(tl::Error("x is ", -3).what()) == "x is -3");
}

TEST_CASE("an error is caught as a runtime_error") { REQUIRE_THROWS_AS(throw tl::Error("no"), std::runtime_error); }
