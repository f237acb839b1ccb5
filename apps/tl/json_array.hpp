#pragma once
// Arrays as JSON: lists of lists, null where a value is not a number.
#include <cstddef>
#include <nlohmann/json.hpp>
#include <span>
#include <tl/core/tensor.hpp>

namespace tl::app {

template <class T>
nlohmann::ordered_json json_array(std::span<const T> values, std::span<const std::size_t> extents) {
  auto list = nlohmann::ordered_json::array();
  if (extents.size() <= 1) {
    for (const T value : values) list.push_back(value);
    return list;
  }
  const std::size_t size = values.size() / extents[0];
  for (std::size_t i = 0; i != extents[0]; ++i)
    list.push_back(json_array(values.subspan(i * size, size), extents.subspan(1)));
  return list;
}
template <class T, class... Ds>
nlohmann::ordered_json json_array(const Tensor<T, Ds...>& tensor) {
  const auto extents = tensor.shape().extents();
  return json_array(std::span<const T>(tensor.values()), std::span<const std::size_t>(extents));
}

}  // namespace tl::app
