#pragma once
// Where a neuron or a direction is strongest, over any number of texts: only the best places are kept.
#include <algorithm>
#include <cstddef>
#include <span>
#include <tl/hooks/dynamic_hooks.hpp>
#include <tl/hooks/steer.hpp>
#include <tl/model/gpt2.hpp>
#include <vector>

namespace TL_NAMESPACE {

struct TopActivation {
  float value;
  std::size_t text, position;

  // The greater value first; of equals the earlier place.
  friend bool operator<(const TopActivation& a, const TopActivation& b) {
    if (a.value != b.value) return a.value > b.value;
    return a.text != b.text ? a.text < b.text : a.position < b.position;
  }
};

// The `count` greatest of all that are offered, in a heap of that size; with one_of_a_text of each text only its
// greatest.
class TopActivations {
 public:
  explicit TopActivations(std::size_t count, bool one_of_a_text = false)
      : count_(count), one_of_a_text_(one_of_a_text) {}

  // NaN is never among them.
  void offer(const TopActivation& activation) {
    if (!(activation.value == activation.value) || count_ == 0) return;
    if (heap_.size() == count_ && !(activation < heap_.front())) return;  // the least of those kept
    if (one_of_a_text_) {
      const auto same = std::find_if(heap_.begin(), heap_.end(),
                                     [&](const TopActivation& kept) { return kept.text == activation.text; });
      if (same != heap_.end()) {
        if (activation < *same) {
          *same = activation;
          std::make_heap(heap_.begin(), heap_.end());
        }
        return;
      }
    }
    if (heap_.size() == count_) {
      std::pop_heap(heap_.begin(), heap_.end());
      heap_.pop_back();
    }
    heap_.push_back(activation);
    std::push_heap(heap_.begin(), heap_.end());
  }
  // The greatest first.
  std::vector<TopActivation> sorted() const {
    std::vector<TopActivation> out = heap_;
    std::sort(out.begin(), out.end());
    return out;
  }

 private:
  std::size_t count_;
  bool one_of_a_text_;
  std::vector<TopActivation> heap_;
};

// mlp.hook_post of one neuron at each position.
template <Config C, StorageType S, Basis B>
std::vector<float> neuron_activations(const Gpt2<C, S, B>& model, std::span<const Token> tokens, std::size_t layer,
                                      std::size_t neuron, RunOptions run = {}) {
  if (neuron >= model.config().d_mlp)
    throw Error("there is no neuron ", neuron, ": this model's MLPs have ", model.config().d_mlp, " each");
  std::vector<float> values;
  DynamicHooks hooks;
  hooks.observe(full_name(Point::mlp_post, static_cast<int>(layer)), [&](const DynamicView& view, const Context&) {
    for (std::size_t row = 0; row != view.extents[0]; ++row)
      values.push_back(view.data[row * view.extents[1] + neuron]);
  });
  model.run(tokens, run, hooks);
  return values;
}

// The product of the direction with the values where it was read, at each position.
template <fixed_string Name, Config C, StorageType S, Basis B, class... Ds>
std::vector<float> direction_activations(const Gpt2<C, S, B>& model, std::span<const Token> tokens,
                                         const Direction<Name, B, Ds...>& direction, RunOptions run = {}) {
  std::vector<float> values;
  model.run(tokens, run, observe<Name>([&](auto rows, const Context& at) {
              for (std::size_t row = 0; row != at.rows(); ++row) {
                const float* x = rows(row).data();
                double sum = 0;
                for (std::size_t i = 0; i != direction.vector.size(); ++i)
                  sum += static_cast<double>(x[i]) * static_cast<double>(direction.vector.data()[i]);
                values.push_back(static_cast<float>(sum));
              }
            }));
  return values;
}

// The places where read(tokens), a value for each position, is greatest over the texts (a range of token lists, read
// once): top_activations(texts, 20, [&](auto tokens) { return neuron_activations(model, tokens, 3, 7); })
template <class Texts, class Read>
std::vector<TopActivation> top_activations(Texts&& texts, std::size_t count, Read read) {
  TopActivations top(count);
  std::size_t text = 0;
  for (const auto& tokens : texts) {
    const std::vector<float> values = read(std::span<const Token>(tokens));
    for (std::size_t position = 0; position != values.size(); ++position) top.offer({values[position], text, position});
    ++text;
  }
  return top.sorted();
}

}  // namespace TL_NAMESPACE
