#pragma once
// Adam (Kingma and Ba, 2015), with the arithmetic of torch.optim.Adam without weight decay.
#include <cmath>
#include <cstdint>
#include <span>
#include <tl/core/aligned_memory.hpp>
#include <tl/core/error.hpp>
#include <tl/kernels/adam.hpp>
#include <tl/train/trained_tensor.hpp>
#include <vector>

namespace TL_NAMESPACE {

struct AdamOptions {
  float beta1 = .9f, beta2 = .999f, epsilon = 1e-8f;
  friend bool operator==(const AdamOptions&, const AdamOptions&) = default;
};

// What the optimiser remembers: saved and restored, training goes on bit for bit.
struct AdamState {
  std::uint64_t steps = 0;
  std::vector<AlignedVector<float>> first, second;  // moments of each tensor
};

class Adam {
 public:
  explicit Adam(AdamOptions options = {}) : options_(options) {}

  // One step: always the same tensors in the same order. The gradient counts gradient_scale times. The same bits for
  // any number of threads.
  void step(std::span<const TrainedTensor> tensors, double learning_rate, double gradient_scale, int threads) {
    state_.first.resize(tensors.size()), state_.second.resize(tensors.size());
    ++state_.steps;
    const auto t = static_cast<double>(state_.steps);
    const kernels::AdamFactors factors{
        static_cast<float>(gradient_scale),
        options_.beta1,
        options_.beta2,
        options_.epsilon,
        static_cast<float>(learning_rate / (1 - std::pow(static_cast<double>(options_.beta1), t))),
        static_cast<float>(1 / std::sqrt(1 - std::pow(static_cast<double>(options_.beta2), t)))};
    for (std::size_t i = 0; i != tensors.size(); ++i) {
      const TrainedTensor& tensor = tensors[i];
      for (auto* moment : {&state_.first[i], &state_.second[i]}) {
        if (state_.steps == 1) moment->assign(tensor.weights.size(), 0.f);
        if (moment->size() != tensor.weights.size())
          throw Error("the optimiser's state has ", moment->size(), " numbers for a tensor of ", tensor.weights.size());
      }
      kernels::adam(factors, tensor.gradient.data(), state_.first[i].data(), state_.second[i].data(),
                    tensor.weights.data(), tensor.weights.size(), threads);
    }
  }

  const AdamState& state() const { return state_; }
  void restore(AdamState state) { state_ = std::move(state); }

 private:
  AdamOptions options_;
  AdamState state_;
};

}  // namespace TL_NAMESPACE
