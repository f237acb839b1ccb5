#pragma once
// NumPy's .npy (format 1.0 written; 1.0 to 3.0 read): little-endian, C order.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <tl/core/error.hpp>
#include <tl/core/tensor.hpp>
#include <tl/io/extents.hpp>
#include <vector>

namespace TL_NAMESPACE::io {

// text: strings of any length, NumPy's '<U' (UCS-4); str(array) gives back the one string of an array without dimensions,
// which alone is read here.
enum class NpyType { float32, float64, int32, int64, uint8, boolean, text };
std::string_view npy_type_name(NpyType type);  // as NumPy says it: "float32"

namespace detail {
template <class T>
inline constexpr int npy_type_of = -1;
template <>
inline constexpr int npy_type_of<float> = static_cast<int>(NpyType::float32);
template <>
inline constexpr int npy_type_of<double> = static_cast<int>(NpyType::float64);
template <>
inline constexpr int npy_type_of<std::int32_t> = static_cast<int>(NpyType::int32);
template <>
inline constexpr int npy_type_of<std::int64_t> = static_cast<int>(NpyType::int64);
template <>
inline constexpr int npy_type_of<std::uint8_t> = static_cast<int>(NpyType::uint8);
template <>
inline constexpr int npy_type_of<bool> = static_cast<int>(NpyType::boolean);
}  // namespace detail

template <class T>
concept NpyElement = detail::npy_type_of<std::remove_const_t<T>>
>= 0;
template <NpyElement T>
inline constexpr NpyType npy_type = static_cast<NpyType>(detail::npy_type_of<std::remove_const_t<T>>);

// An array that owns its elements, as a file has them.
struct NpyArray {
  NpyType type = NpyType::float32;
  std::vector<std::size_t> shape;
  std::vector<std::byte> data;

  // The elements. Throws Error where the type is another.
  template <NpyElement T>
  std::span<const T> values() const {
    require_type(npy_type<T>);
    return {reinterpret_cast<const T*>(data.data()), data.size() / sizeof(T)};
  }
  // The elements under names: array.view<float, Dim<"pos">, Dim<"d_vocab", 4096>>(). Throws Error where the type, the
  // number of dimensions or a static extent is another.
  template <NpyElement T, AnyDim... Ds>
  TensorView<const T, Ds...> view() const {
    constexpr std::array<std::size_t, sizeof...(Ds)> wanted{Ds::extent...};
    std::array<std::size_t, sizeof...(Ds)> extents{};
    bool fits = shape.size() == wanted.size();
    for (std::size_t axis = 0; fits && axis != wanted.size(); ++axis) {
      extents[axis] = shape[axis];
      fits = wanted[axis] == dynamic || wanted[axis] == shape[axis];
    }
    if (!fits) refuse_shape(wanted);
    return {values<T>().data(), Shape<Ds...>::of(extents)};
  }
  // The string of an array of type text, as UTF-8. Throws Error for another type.
  std::string text() const;

 private:
  void require_type(NpyType wanted) const;
  [[noreturn]] void refuse_shape(std::span<const std::size_t> wanted) const;
};

// Arrays of type text: one string without dimensions, or a list of them. What is not UTF-8 becomes U+FFFD.
NpyArray npy_text(std::string_view utf8);
NpyArray npy_text(std::span<const std::string> utf8);

// Anything that can be written: a type, a shape and the elements in C order, owned elsewhere.
struct NpyView {
  NpyType type;
  std::vector<std::size_t> shape;
  std::span<const std::byte> bytes;

  NpyView(const NpyArray& array) : type(array.type), shape(array.shape), bytes(array.data) {}
  template <NpyElement T, class... Ds>
  NpyView(TensorView<T, Ds...> view) : NpyView(std::span<const T>(view.values()), extents_of(view)) {}
  template <NpyElement T, class... Ds>
  NpyView(const Tensor<T, Ds...>& tensor) : NpyView(tensor.view()) {}
  // The number of elements must be the shape's, or an Error is thrown.
  template <NpyElement T>
  NpyView(std::span<const T> values, std::vector<std::size_t> extents)
      : type(npy_type<T>), shape(std::move(extents)), bytes(std::as_bytes(values)) {
    if (byte_count(shape, sizeof(T)) != bytes.size())
      throw Error("an array of shape ", shape_text(shape), " cannot have ", values.size(), " elements");
  }

 private:
  template <class T, class... Ds>
  static std::vector<std::size_t> extents_of(TensorView<T, Ds...> view) {
    const auto extents = view.shape().extents();
    return {extents.begin(), extents.end()};
  }
};

// Throws Error naming the path: what the system refuses, and for reading also Fortran order, big-endian numbers,
// types without an NpyType and files whose length is not what their shape asks for.
void write_npy(const std::string& path, const NpyView& array);
NpyArray read_npy(const std::string& path);

// The same for a file's bytes, which .npz members are; `name` is for the Error.
std::string npy_header(const NpyView& array);  // magic to newline; the elements follow
NpyArray parse_npy(std::span<const std::byte> bytes, std::string_view name);

}  // namespace TL_NAMESPACE::io

#ifdef TL_HEADER_ONLY
#include <tl/io/npy-inl.hpp>
#endif
