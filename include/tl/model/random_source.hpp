#pragma once
// Weights out of a random generator: a model of any shape without a checkpoint, for tests and measurements.
#include <cstdint>
#include <string_view>
#include <tl/core/philox.hpp>
#include <tl/model/config.hpp>
#include <tl/model/weight_source.hpp>

namespace TL_NAMESPACE {

// Matrices and biases are normal with the given deviation, as GPT-2's initialisation has them; LayerNorm's weights are
// 1 + such a number, so that no two are alike. The same seed gives the same model on every machine.
class RandomSource : public WeightSource {
 public:
  explicit RandomSource(std::uint64_t seed, float deviation = 0.02f) : seed_(seed), deviation_(deviation) {}

  void read(std::string_view name, std::span<const std::size_t> shape, float* out) override {
    std::size_t size = 1;
    for (std::size_t extent : shape) size *= extent;
    std::uint64_t stream = 14695981039346656037u;  // FNV-1a of the name
    for (char c : name) stream = (stream ^ static_cast<unsigned char>(c)) * 1099511628211u;
    const float centre = name.find("ln_") != name.npos && name.ends_with(".weight") ? 1.f : 0.f;
    fill_normal({out, size}, static_cast<double>(deviation_), {seed_, stream}, 0, Purpose::weights);
    for (std::size_t i = 0; i != size; ++i) out[i] += centre;
  }
  bool has(std::string_view) const override { return false; }

 private:
  std::uint64_t seed_;
  float deviation_;
};

}  // namespace TL_NAMESPACE
