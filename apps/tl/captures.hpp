#pragma once
// --names: hook points as TransformerLens writes them, between commas.
#include <string_view>
#include <tl/hooks/dynamic_hooks.hpp>

#include "separated_list.hpp"

namespace tl::app {

// Throws Error where there is no such point; says which is nearest.
inline void add_captures(DynamicHooks& hooks, std::string_view names) {
  for (const std::string_view name : parse_list(names, "--names")) hooks.capture(name);
}

}  // namespace tl::app
