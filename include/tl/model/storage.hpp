#pragma once
// The types that packed weights may have.
#include <concepts>
#include <tl/core/namespace.hpp>

namespace TL_NAMESPACE {

template <class T>
concept StorageType = std::same_as<T, float>;

}  // namespace TL_NAMESPACE
