#include <cstdlib>
#include <iostream>
#include <tl/core/error.hpp>
#include <tl/kernels/instruction_set.hpp>

#include "every_set.hpp"

using kernels::InstructionSet;

TEST_CASE("names and sets map both ways") {
  for (const auto set : kernels::all_instruction_sets)
    REQUIRE(kernels::instruction_set_named(kernels::name(set)) == set);
  REQUIRE(kernels::name(InstructionSet::avx512_bf16) == "avx512_bf16");
  REQUIRE_FALSE(kernels::instruction_set_named("sse9"));
  REQUIRE_FALSE(kernels::instruction_set_named("list"));
}

TEST_CASE("the tables of what is available, and only those") {
  const auto sets = kernels::available_instruction_sets();
  REQUIRE_FALSE(sets.empty());
  std::cout << "kernels tested on:";
  for (const auto set : kernels::all_instruction_sets) {
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

TEST_CASE("sets with narrow instructions differ from avx512 in the layers of narrow storage only") {
  for (const auto set : kernels::available_instruction_sets()) {
    if (set < InstructionSet::avx512_bf16) continue;
    const auto &table = kernels::table(set), &avx512 = kernels::table(InstructionSet::avx512);
    REQUIRE(table.linear_float.product == avx512.linear_float.product);
    REQUIRE(table.gelu_tanh == avx512.gelu_tanh);
    REQUIRE(table.attention == avx512.attention);
    REQUIRE(table.linear_bf16.product != avx512.linear_bf16.product);
    REQUIRE(table.linear_int8.product != avx512.linear_int8.product);
  }
}
