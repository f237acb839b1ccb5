#pragma once
// Attention patterns by layer and head: all heads small, one of them large, and the prompt's tokens to point at.
#include <concepts>
#include <cstddef>
#include <string>
#include <tl/core/error.hpp>
#include <tl/core/tensor.hpp>
#include <tl/report/figure.hpp>
#include <vector>

namespace TL_NAMESPACE::report {

// The heads of a layer. [head, pos, key_pos], as captures of attn.hook_pattern are; rows are queries.
struct AttentionLayer {
  std::string label;
  std::size_t heads, queries, keys;
  std::vector<float> pattern;  // a copy

  template <class T, class Head, class Query, class Key>
  requires std::convertible_to<T, float> AttentionLayer(std::string layer_label, TensorView<T, Head, Query, Key> view)
      : label(std::move(layer_label)),
        heads(view.shape().extent(0)),
        queries(view.shape().extent(1)),
        keys(view.shape().extent(2)),
        pattern(view.values().begin(), view.values().end()) {}
  template <class T, class Head, class Query, class Key>
  AttentionLayer(std::string layer_label, const Tensor<T, Head, Query, Key>& tensor)
      : AttentionLayer(std::move(layer_label), tensor.view()) {}
};

// Causal: a key after its query is not drawn. The page has the weights once more, as float32, for hovering: 144 heads
// over 15 tokens make 0.4 MB, over 100 tokens 8 MB.
struct Attention {
  std::string title;
  std::vector<std::string> tokens;
  std::vector<AttentionLayer> layers;
  std::string note{};

  std::string svg() const;
  std::string html() const;
};

}  // namespace TL_NAMESPACE::report

#ifdef TL_HEADER_ONLY
#include <tl/report/attention-inl.hpp>
#endif
