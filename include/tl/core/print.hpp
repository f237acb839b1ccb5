#pragma once
// Shapes and tensors as people read them: `Tensor<float>[pos=5, d_model=768]`, and a dump of the values.
#include <algorithm>
#include <concepts>
#include <cstdio>
#include <ostream>
#include <span>
#include <string>
#include <tl/core/tensor.hpp>
#include <type_traits>
#include <utility>
#include <vector>

namespace TL_NAMESPACE {

namespace detail {

// float, double, bool, int32, uint8...
template <class T>
std::string element_name() {
  using Element = std::remove_cv_t<T>;
  if constexpr (std::same_as<Element, bool>) return "bool";
  if constexpr (std::integral<Element>)
    return (std::is_signed_v<Element> ? "int" : "uint") + std::to_string(8 * sizeof(Element));
  return sizeof(Element) == sizeof(float) ? "float" : "double";
}

template <class T>
std::string element_text(T value) {
  if constexpr (std::integral<T>) {
    return std::to_string(value);
  } else {
    char text[32];
    std::snprintf(text, sizeof text, "%.4g", static_cast<double>(value));
    return text;
  }
}

// The indices shown along one axis: all, or `edge` at each end around a gap (marked by the extent itself).
inline std::vector<std::size_t> shown_indices(std::size_t extent, std::size_t edge) {
  std::vector<std::size_t> shown;
  for (std::size_t i = 0; i != extent; ++i) {
    if (extent <= 2 * edge || i < edge || i >= extent - edge) shown.push_back(i);
    else if (i == edge) shown.push_back(extent);
  }
  return shown;
}

// Calls leaf(element) for each element shown and gap() for each ellipsis, with open(depth), between(depth) and
// close() around them, where depth counts the axes already open.
template <class T, class Visitor>
void visit_shown(const T* data, std::span<const std::size_t> extents, std::size_t edge, Visitor& visitor,
                 std::size_t depth = 0) {
  if (extents.empty()) return visitor.leaf(*data);
  std::size_t stride = 1;
  for (const std::size_t extent : extents.subspan(1)) stride *= extent;
  visitor.open();
  bool first = true;
  for (const std::size_t i : shown_indices(extents[0], edge)) {
    if (!std::exchange(first, false)) visitor.between(depth, extents.size());
    if (i == extents[0]) visitor.gap();
    else visit_shown(data + i * stride, extents.subspan(1), edge, visitor, depth + 1);
  }
  visitor.close();
}

struct WidthOfShown {
  std::size_t width = 0;
  void leaf(auto value) { width = std::max(width, element_text(value).size()); }
  void gap() {}
  void open() {}
  void between(std::size_t, std::size_t) {}
  void close() {}
};

struct TextOfShown {
  std::size_t width;
  std::string text{};
  void leaf(auto value) {
    const std::string element = element_text(value);
    text.append(width - element.size(), ' ') += element;
  }
  void gap() { text += "..."; }
  void open() { text += '['; }
  void between(std::size_t depth, std::size_t axes_left) {
    text += axes_left == 1 ? ", " : ",\n";
    if (axes_left != 1) text.append(depth + 1, ' ');
  }
  void close() { text += ']'; }
};

}  // namespace detail

// [pos=5, d_model=768]
template <class... Ds>
std::string to_string(const Shape<Ds...>& shape) {
  std::string text;
  std::size_t axis = 0;
  ((text += (axis == 0 ? "" : ", "), text += Ds::name.view(), text += '=',
    text += std::to_string(shape.extent(axis++))),
   ...);
  return '[' + text + ']';
}

// Tensor<float>[pos=5, d_model=768]
template <class T, class... Ds>
std::string to_string(const TensorView<T, Ds...>& view) {
  return "Tensor<" + detail::element_name<T>() + '>' + to_string(view.shape());
}
template <class T, class... Ds>
std::string to_string(const Tensor<T, Ds...>& tensor) {
  return to_string(tensor.view());
}

// The values in nested brackets, four significant digits, at most `edge` at each end of an axis.
template <class T, class... Ds>
std::string values_to_string(const TensorView<T, Ds...>& view, std::size_t edge = 3) {
  const auto extents = view.shape().extents();
  detail::WidthOfShown widest;
  detail::visit_shown(view.data(), extents, edge, widest);
  detail::TextOfShown printer{widest.width};
  detail::visit_shown(view.data(), extents, edge, printer);
  return printer.text;
}
template <class T, class... Ds>
std::string values_to_string(const Tensor<T, Ds...>& tensor, std::size_t edge = 3) {
  return values_to_string(tensor.view(), edge);
}

template <class... Ds>
std::ostream& operator<<(std::ostream& out, const Shape<Ds...>& shape) {
  return out << to_string(shape);
}
template <class T, class... Ds>
std::ostream& operator<<(std::ostream& out, const TensorView<T, Ds...>& view) {
  return out << to_string(view);
}
template <class T, class... Ds>
std::ostream& operator<<(std::ostream& out, const Tensor<T, Ds...>& tensor) {
  return out << to_string(tensor);
}

}  // namespace TL_NAMESPACE
