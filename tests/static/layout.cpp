// What a tensor and a view are in memory.
#include <tl/core/tensor.hpp>
#include <type_traits>

namespace {

using tl::Dim;
using tl::Tensor;
using tl::TensorView;

// Static extents cost nothing, each run-time extent a word.
static_assert(sizeof(Tensor<float, Dim<"pos", 8>, Dim<"d_model", 768>>) == sizeof(float*));
static_assert(sizeof(TensorView<float, Dim<"pos", 8>, Dim<"d_model", 768>>) == sizeof(float*));
static_assert(sizeof(TensorView<float, Dim<"pos">, Dim<"d_model", 768>>) == 2 * sizeof(float*));
static_assert(sizeof(TensorView<float, Dim<"pos">, Dim<"d_model">>) == 3 * sizeof(float*));

// Views go by value, in registers.
static_assert(std::is_trivially_copyable_v<TensorView<float, Dim<"pos">, Dim<"d_model", 768>>>);
static_assert(std::is_trivially_destructible_v<TensorView<float, Dim<"pos">, Dim<"d_model", 768>>>);

// A tensor is moved; a copy is asked for (clone).
static_assert(std::is_nothrow_move_constructible_v<Tensor<float, Dim<"pos">>>);
static_assert(std::is_nothrow_move_assignable_v<Tensor<float, Dim<"pos">>>);
static_assert(!std::is_copy_constructible_v<Tensor<float, Dim<"pos">>>);
static_assert(!std::is_copy_assignable_v<Tensor<float, Dim<"pos">>>);

}  // namespace
