#pragma once
// TensorView: a pointer and the dynamic extents, row-major, contiguous. Tensor: an owner, aligned to 64 bytes.
#include <algorithm>
#include <array>
#include <cassert>
#include <concepts>
#include <cstddef>
#include <memory>
#include <span>
#include <tl/core/aligned_memory.hpp>
#include <tl/core/shape.hpp>
#include <type_traits>
#include <utility>

namespace TL_NAMESPACE {

template <class T, AnyDim... Ds>
class TensorView;

namespace detail {
// The view left when the first Taken dimensions are indexed.
template <class T, std::size_t Taken, class... Ds>
struct trailing_view;
template <class T, class... Ds>
struct trailing_view<T, 0, Ds...> {
  using type = TensorView<T, Ds...>;
};
template <class T, std::size_t Taken, class D, class... Ds>
  requires(Taken != 0)
struct trailing_view<T, Taken, D, Ds...> : trailing_view<T, Taken - 1, Ds...> {};
}  // namespace detail

template <class T, AnyDim... Ds>
class TensorView {
 public:
  using shape_type = Shape<Ds...>;
  using value_type = T;
  static constexpr std::size_t rank = sizeof...(Ds);

  constexpr TensorView(T* data, shape_type shape) : data_(data), shape_(shape) {}
  // A pointer alone is enough where every extent is static.
  constexpr explicit TensorView(T* data)
    requires(shape_type::rank_dynamic == 0)
      : data_(data) {}

  // Converts between static and dynamic extents of the same names in the same order, and from T to const T.
  // A static extent that a run-time one contradicts is an invariant broken: asserted.
  template <class U, class... Es>
    requires(sizeof...(Es) == sizeof...(Ds)) && (SameDim<Ds, Es> && ...) && std::is_convertible_v<U (*)[], T (*)[]>
  constexpr TensorView(const TensorView<U, Es...>& other)
      : data_(other.data()), shape_(shape_type::of(other.shape().extents())) {
    assert(shape_.extents() == other.shape().extents());
  }

  constexpr T* data() const { return data_; }
  constexpr const shape_type& shape() const { return shape_; }
  constexpr std::size_t size() const { return shape_.size(); }
  constexpr std::span<T> values() const { return {data_, size()}; }

  // The extent of the dimension of that name.
  template <fixed_string Name>
  constexpr std::size_t extent() const {
    return shape_.extent(shape_type::template axis_of<Name>());
  }

  // One index a dimension gives the element; fewer give the view over the dimensions that are left.
  template <std::convertible_to<std::size_t>... Indices>
  constexpr decltype(auto) operator()(Indices... indices) const {
    static_assert(sizeof...(Indices) <= rank, "tl: more indices than the tensor has dimensions");
    std::size_t offset = 0, axis = 0;
    ((assert(static_cast<std::size_t>(indices) < shape_.extent(axis)),
      offset = offset * shape_.extent(axis++) + static_cast<std::size_t>(indices)),
     ...);
    if constexpr (sizeof...(Indices) == rank) {
      return data_[offset];
    } else {
      using Rest = typename detail::trailing_view<T, sizeof...(Indices), Ds...>::type;
      std::array<std::size_t, Rest::rank> extents{};
      for (; axis != rank; ++axis) {
        extents[axis - sizeof...(Indices)] = shape_.extent(axis);
        offset *= shape_.extent(axis);
      }
      return Rest(data_ + offset, Rest::shape_type::of(extents));
    }
  }

  // The rows [first, first + count) of the leading dimension.
  constexpr TensorView rows(std::size_t first, std::size_t count) const
    requires(rank != 0 && shape_type::static_extents[0] == dynamic)
  {
    auto extents = shape_.extents();
    assert(first + count <= extents[0]);
    const std::size_t stride = extents[0] == 0 ? 0 : size() / extents[0];
    extents[0] = count;
    return {data_ + first * stride, shape_type::of(extents)};
  }

 private:
  T* data_;
  [[no_unique_address]] shape_type shape_;
};

// The elements of a tensor that was a temporary: `for (float x : model.log_probs(tokens).values())`.
template <class T>
class OwnedValues {
 public:
  OwnedValues(AlignedMemory<T> data, std::size_t size) : data_(std::move(data)), size_(size) {}
  const T* data() const { return data_.get(); }
  std::size_t size() const { return size_; }
  const T* begin() const { return data(); }
  const T* end() const { return data() + size_; }
  const T& operator[](std::size_t i) const { return data_[i]; }

 private:
  AlignedMemory<T> data_;
  std::size_t size_;
};

template <class T, AnyDim... Ds>
class Tensor {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>,
                "tl: the elements of a tensor are plain values");

 public:
  using shape_type = Shape<Ds...>;
  using value_type = T;

  // One argument for each dynamic dimension, in order. Elements begin as T{}.
  template <std::convertible_to<std::size_t>... Extents>
    requires(sizeof...(Extents) == shape_type::rank_dynamic)
  explicit Tensor(Extents... extents) : Tensor(shape_of(static_cast<std::size_t>(extents)...)) {}
  explicit Tensor(shape_type shape)
      : shape_(shape),
        data_(allocate<T>(shape.size())) {
    std::uninitialized_value_construct_n(data_.get(), shape.size());
  }

  TensorView<T, Ds...> view() { return {data_.get(), shape_}; }
  TensorView<const T, Ds...> view() const { return {data_.get(), shape_}; }
  operator TensorView<T, Ds...>() { return view(); }
  operator TensorView<const T, Ds...>() const { return view(); }

  T* data() { return data_.get(); }
  const T* data() const { return data_.get(); }
  const shape_type& shape() const { return shape_; }
  std::size_t size() const { return shape_.size(); }
  std::span<T> values() & { return view().values(); }
  std::span<const T> values() const& { return view().values(); }
  OwnedValues<T> values() && {
    const std::size_t count = size();
    return {std::move(data_), count};
  }
  template <fixed_string Name>
  std::size_t extent() const {
    return view().template extent<Name>();
  }
  template <std::convertible_to<std::size_t>... Indices>
  decltype(auto) operator()(Indices... indices) {
    return view()(indices...);
  }
  template <std::convertible_to<std::size_t>... Indices>
  decltype(auto) operator()(Indices... indices) const {
    return view()(indices...);
  }

 private:
  static constexpr shape_type shape_of() { return {}; }
  static constexpr shape_type shape_of(auto... extents) { return {{{extents...}}}; }
  [[no_unique_address]] shape_type shape_;
  AlignedMemory<T> data_;
};

// Every element of the view set to value.
template <class T, class... Ds>
constexpr void fill(TensorView<T, Ds...> view, std::type_identity_t<T> value) {
  std::fill_n(view.data(), view.size(), value);
}

// A copy that owns its elements.
template <class T, class... Ds>
Tensor<std::remove_const_t<T>, Ds...> clone(TensorView<T, Ds...> view) {
  Tensor<std::remove_const_t<T>, Ds...> copy(view.shape());
  std::copy_n(view.data(), view.size(), copy.data());
  return copy;
}

}  // namespace TL_NAMESPACE
