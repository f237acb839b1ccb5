#include <cstdlib>
#include <iostream>
#include <tl/core/error.hpp>
#include <tl/kernels/instruction_set.hpp>

#include "every_set.hpp"

using kernels::InstructionSet;

TEST_CASE("names and sets map both ways") {
  for (const auto set : {InstructionSet::generic, InstructionSet::avx2, InstructionSet::avx512})
    REQUIRE(kernels::instruction_set_named(kernels::name(set)) == set);
  REQUIRE_FALSE(kernels::instruction_set_named("sse9"));
}

TEST_CASE("the tables of what is available, and only those") {
  const auto sets = kernels::available_instruction_sets();
  REQUIRE_FALSE(sets.empty());
  std::cout << "kernels tested on:";
  for (const auto set : {InstructionSet::generic, InstructionSet::avx2, InstructionSet::avx512}) {
    if (std::find(sets.begin(), sets.end(), set) == sets.end()) {
      REQUIRE_THROWS_AS(kernels::table(set), tl::Error);
    } else {
      std::cout << ' ' << kernels::name(set);
      REQUIRE(kernels::table(set).set == set);
    }
  }
  std::cout << '\n';
}

TEST_CASE("the set in use is the best, unless TL_ARCH says otherwise") {
  const char* wanted = std::getenv("TL_ARCH");
  const auto expected =
      wanted && *wanted ? *kernels::instruction_set_named(wanted) : kernels::available_instruction_sets().back();
  REQUIRE(kernels::instruction_set() == expected);
  REQUIRE(kernels::table().set == expected);
}
