#pragma once
// The basis of the residual stream: as the checkpoint has it, or with the mean over d_model taken out
// (center_writing_weights). Models, directions, lenses and SAEs carry theirs in their types.
#include <string_view>
#include <tl/core/namespace.hpp>

namespace TL_NAMESPACE {

enum class Basis { raw, centred };

constexpr std::string_view name(Basis basis) { return basis == Basis::raw ? "raw" : "centred"; }

}  // namespace TL_NAMESPACE
