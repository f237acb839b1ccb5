#pragma once
// The basis of the residual stream: as the checkpoint has it, or with the mean over d_model taken out
// (center_writing_weights). Models, directions, lenses and SAEs carry theirs in their types.
#include <tl/core/namespace.hpp>

namespace TL_NAMESPACE {

enum class Basis { raw, centred };

}  // namespace TL_NAMESPACE
