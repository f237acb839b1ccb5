#include <tl/decode/step_context.hpp>
#include <vector>

#include "../catch.hpp"

TEST_CASE("the generated part begins after the prompt") {
  const std::vector<tl::Token> text{5, 6, 7};
  const tl::StepContext context{.position = 3, .history = text, .prompt_length = 2};
  REQUIRE(context.generated().size() == 1);
  REQUIRE(context.generated()[0] == 7);
  SECTION("a prompt said to be longer than the text leaves nothing") {
    REQUIRE(tl::StepContext{.history = text, .prompt_length = 9}.generated().empty());
  }
}
