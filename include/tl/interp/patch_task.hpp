#pragma once
// What activation patching compares: two prompts, position by position.
#include <cstddef>
#include <span>
#include <tl/core/error.hpp>
#include <tl/interp/metric.hpp>
#include <vector>

namespace TL_NAMESPACE {

// Two prompts of one length, and what is measured at the last position.
struct PatchTask {
  std::vector<Token> clean, corrupted;
  Metric metric;

  // Of either prompt. Throws Error where they differ in length.
  std::size_t positions() const {
    if (clean.size() != corrupted.size())
      throw Error("the clean prompt has ", clean.size(), " tokens and the corrupted one ", corrupted.size(),
                  ": patching goes by position, and needs as many of each");
    return clean.size();
  }
};

// Their prompts have one length.
using PatchTasks = std::span<const PatchTask>;

}  // namespace TL_NAMESPACE
