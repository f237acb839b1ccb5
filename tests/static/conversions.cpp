// Which tensors pass for which: positive and negative in pairs.
#include <tl/core/tensor.hpp>
#include <type_traits>

namespace {

using tl::Dim;
using tl::Tensor;
using tl::TensorView;
template <class From, class To>
constexpr bool passes_for = std::is_convertible_v<From, To>;

using Fixed = TensorView<float, Dim<"pos", 8>, Dim<"d_model", 768>>;
using Open = TensorView<float, Dim<"pos">, Dim<"d_model", 768>>;
using AllOpen = TensorView<float, Dim<"pos">, Dim<"d_model">>;

// Static extents pass for run-time ones of the same name and back (asserted), other static ones do not.
static_assert(passes_for<Fixed, Open> && passes_for<Fixed, AllOpen> && passes_for<Open, AllOpen>);
static_assert(passes_for<Open, Fixed> && passes_for<AllOpen, Open>);
static_assert(!passes_for<Fixed, TensorView<float, Dim<"pos", 9>, Dim<"d_model", 768>>>);
static_assert(!passes_for<Open, TensorView<float, Dim<"pos">, Dim<"d_model", 1024>>>);

// Names and their order must be the same, whatever the extents.
static_assert(passes_for<AllOpen, TensorView<float, Dim<"pos">, Dim<"d_model">>>);
static_assert(!passes_for<AllOpen, TensorView<float, Dim<"row">, Dim<"d_model">>>);
static_assert(!passes_for<AllOpen, TensorView<float, Dim<"d_model">, Dim<"pos">>>);

// The rank must be the same.
static_assert(!passes_for<Open, TensorView<float, Dim<"pos">>>);
static_assert(!passes_for<TensorView<float, Dim<"pos">>, Open>);

// const may be added, never dropped; the element type stays.
static_assert(passes_for<Open, TensorView<const float, Dim<"pos">, Dim<"d_model", 768>>>);
static_assert(!passes_for<TensorView<const float, Dim<"pos">, Dim<"d_model", 768>>, Open>);
static_assert(!passes_for<Open, TensorView<double, Dim<"pos">, Dim<"d_model", 768>>>);

// A tensor passes for its view, a const one for the view of const elements only; a view never for a tensor.
using Residual = Tensor<float, Dim<"pos">, Dim<"d_model", 768>>;
static_assert(passes_for<Residual&, Open>);
static_assert(passes_for<const Residual&, TensorView<const float, Dim<"pos">, Dim<"d_model", 768>>>);
static_assert(!passes_for<const Residual&, Open>);
static_assert(!passes_for<Open, Residual>);
static_assert(!std::is_constructible_v<Residual, Open>);

// A bare pointer passes for no view; it makes one where it is asked to and every extent is static.
static_assert(!passes_for<float*, Fixed> && !passes_for<float*, Open>);
static_assert(std::is_constructible_v<Fixed, float*>);
static_assert(!std::is_constructible_v<Open, float*>);

// A tensor takes one argument for each run-time extent, none by conversion.
static_assert(std::is_constructible_v<Residual, int>);
static_assert(!std::is_constructible_v<Residual> && !std::is_constructible_v<Residual, int, int>);
static_assert(!passes_for<int, Residual>);
static_assert(std::is_default_constructible_v<Tensor<float, Dim<"d_model", 768>>>);

}  // namespace
