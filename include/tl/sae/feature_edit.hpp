#pragma once
// What is done to single features of an SAE while a model runs.
#include <cstddef>
#include <cstdint>
#include <tl/core/namespace.hpp>
#include <vector>

namespace TL_NAMESPACE {

// add: f += value; clamp: f = value (0 ablates the feature); scale: f *= value. project: when everything is decoded,
// the component of the row along the feature's decoder row becomes `value`, in the units of the row.
struct FeatureEdit {
  enum class Kind { add, clamp, scale, project };
  Kind kind;
  std::uint32_t feature;
  float value;
};

constexpr FeatureEdit add_feature(std::size_t feature, float value) {
  return {FeatureEdit::Kind::add, static_cast<std::uint32_t>(feature), value};
}
constexpr FeatureEdit clamp_feature(std::size_t feature, float value) {
  return {FeatureEdit::Kind::clamp, static_cast<std::uint32_t>(feature), value};
}
constexpr FeatureEdit scale_feature(std::size_t feature, float value) {
  return {FeatureEdit::Kind::scale, static_cast<std::uint32_t>(feature), value};
}
constexpr FeatureEdit ablate_feature(std::size_t feature) { return clamp_feature(feature, 0); }
constexpr FeatureEdit project_feature(std::size_t feature, float value) {
  return {FeatureEdit::Kind::project, static_cast<std::uint32_t>(feature), value};
}

using FeatureEdits = std::vector<FeatureEdit>;

}  // namespace TL_NAMESPACE
