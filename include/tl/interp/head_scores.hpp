#pragma once
// A number for each head.
#include <algorithm>
#include <cstddef>
#include <tl/core/error.hpp>
#include <tl/core/tensor.hpp>
#include <tl/model/config.hpp>
#include <vector>

namespace TL_NAMESPACE {

struct HeadAt {
  std::size_t layer, head;
  friend constexpr bool operator==(const HeadAt&, const HeadAt&) = default;

  // Throws Error where the model has no such head.
  void check(const Config& config) const {
    if (layer >= config.n_layer || head >= config.n_head)
      throw Error("there is no head ", head, " in layer ", layer, ": this model has layers 0 to ", config.n_layer - 1,
                  " of heads 0 to ", config.n_head - 1);
  }
};

using HeadScores = Tensor<float, Dim<"layer">, Dim<"head">>;

struct ScoredHead {
  HeadAt at;
  float score;
};

// All heads, the highest score first; of equals in the order of layers and heads.
inline std::vector<ScoredHead> ranked(const HeadScores& scores) {
  std::vector<ScoredHead> heads;
  for (std::size_t layer = 0; layer != scores.extent<"layer">(); ++layer)
    for (std::size_t head = 0; head != scores.extent<"head">(); ++head)
      heads.push_back({{layer, head}, scores(layer, head)});
  std::stable_sort(heads.begin(), heads.end(), [](const auto& a, const auto& b) { return a.score > b.score; });
  return heads;
}

}  // namespace TL_NAMESPACE
