#include <tl/interp/patch_task.hpp>

#include "../catch.hpp"

using namespace tl;

TEST_CASE("the prompts of a task are of one length") {
  PatchTask task{{1, 2, 3}, {1, 2, 4}, logit(0)};
  CHECK(task.positions() == 3);
  task.clean.pop_back();
  CHECK_THROWS_WITH(task.positions(),
                    "the clean prompt has 2 tokens and the corrupted one 3: patching goes by position, and needs as "
                    "many of each");
}
