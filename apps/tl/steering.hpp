#pragma once
// --steer 'POINT:TEXT_A-TEXT_B:ALPHA': adds ALPHA times what tells the last position of TEXT_A from that of TEXT_B
// (Turner et al. 2023, "Activation addition"), everywhere but on the BOS.
#include <string>
#include <string_view>
#include <tl/hooks/dynamic_hooks.hpp>

#include "model.hpp"

namespace tl::app {

struct Steering {
  std::string point, text_a, text_b;
  float alpha;
};

// The point ends at the first colon, alpha begins after the last; between them exactly one hyphen is not written `\-`.
// Throws Error where that is not so, alpha is no finite number, or the point does not lie at one layer or has no width
// of its own (scores and patterns).
Steering parse_steering(std::string_view text);

// Adds the hook. Both texts get the BOS.
void add_steering(DynamicHooks& hooks, const Model& model, const Steering& steering);

}  // namespace tl::app
