#pragma once
// What a token is to the model: an index into W_E.
#include <cstdint>
#include <tl/core/namespace.hpp>

namespace TL_NAMESPACE {

using Token = std::int32_t;

}  // namespace TL_NAMESPACE
