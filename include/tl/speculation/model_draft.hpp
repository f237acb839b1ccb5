#pragma once
// A draft that is a model: a smaller one of the same vocabulary, or the first layers of the model itself.
#include <algorithm>
#include <concepts>
#include <cstddef>
#include <optional>
#include <span>
#include <tl/core/aligned_memory.hpp>
#include <tl/core/error.hpp>
#include <tl/decode/stage.hpp>
#include <tl/kernels/linear.hpp>
#include <tl/model/gpt2.hpp>
#include <tl/speculation/draft.hpp>
#include <tl/speculation/growth.hpp>
#include <type_traits>
#include <utility>
#include <vector>

namespace TL_NAMESPACE {

// A draft's logits as the model gives them.
struct Unshaped {
  void shape(std::span<float>, const StepContext&) const {}
};

struct ModelDraftOptions {
  // Only tokens below this are proposed, and cost: the frequent ones, which BPE merged first. 0: all.
  std::size_t head = 0;
  int threads = 0;
};

// Grows trees of kind P by the model M (a reference to one, or one of its own), whose logits `shape` may adjust: a
// Sampler or a Pipeline, as that of the target does. It keeps a session of its own, which takes over what was accepted,
// so a text's token runs once; of a tree, what gets children runs, level by level.
template <Proposal P, class M, class Growth, class Shape = Unshaped>
class ModelDraft {
  using Network = std::remove_cvref_t<M>;

 public:
  using proposal = P;

  ModelDraft(M model, Growth growth, ModelDraftOptions options = {}, Shape shape = {})
      : model_(std::forward<M>(model)), growth_(std::move(growth)), shape_(std::move(shape)), options_(options) {
    if (options_.head == 0 || options_.head > config().d_vocab) options_.head = config().d_vocab;
  }

  // Throws Error where the model that is to be served has another vocabulary.
  void begin(const Config& target, std::size_t texts) {
    if (config().d_vocab != target.d_vocab)
      throw Error("the draft has a vocabulary of ", config().d_vocab, " tokens and the model one of ", target.d_vocab,
                  ": a draft model must have the model's own tokens");
    session_.emplace(std::as_const(model_).session(RunOptions{options_.threads}, observe<"unembed.hook_in">(rows_)));
    texts_.assign(texts, {});
    for (std::size_t text = 0; text != texts; ++text) session_->open(0);
  }

  void grow(std::size_t text, const GrowingText& so_far, TokenTree<P>& tree, std::size_t most_depth) {
    const std::size_t n_ctx = config().n_ctx, length = so_far.tokens.size();
    if (length > n_ctx) return;  // its own context may be shorter than the model's
    const auto level = [&](const TokenTree<P>& grown, std::span<const std::size_t> nodes) {
      if (nodes.front() == TokenTree<P>::root) run_text(text, so_far);
      else run_level(text, grown, nodes);
      for (std::size_t i = 0; i != nodes.size(); ++i) shape(grown, nodes[i], so_far, row(i));
      return [this](std::size_t i) { return std::span<const float>(row(i)); };
    };
    growth_(tree, level, std::min(most_depth, n_ctx - length + 1));
  }

  std::size_t fixed_depth() const {
    if constexpr (std::same_as<Growth, ShapedGrowth>) return growth_.shape().depth();
    else return 0;
  }

 private:
  // What the final LayerNorm gave, of the rows that ran last: [row, d_model].
  struct LastRows {
    AlignedVector<float> values;
    template <class View>
    void operator()(View view, const Context&) {
      values.assign(view.data(), view.data() + view.size());
    }
  };
  struct Text {
    std::vector<TreeNode> run;           // the nodes of the tree that ran, behind what is cached
    std::vector<std::ptrdiff_t> run_as;  // of each node of the tree, its index among them
  };
  using Running = Session<Network, decltype(observe<"unembed.hook_in">(std::declval<LastRows&>()))>;

  const Config& config() const { return model_.config(); }
  std::span<float> row(std::size_t i) { return {logits_.data() + i * config().d_vocab, config().d_vocab}; }

  // Takes over what was accepted of the last tree, and runs the rest of the text: logits behind its last token.
  void run_text(std::size_t index, const GrowingText& so_far) {
    Text& text = texts_[index];
    std::vector<std::size_t> path;
    std::ptrdiff_t parent = -1;
    std::size_t cached = session_->length(index);
    for (; cached + 1 < so_far.tokens.size(); ++cached) {
      const auto next = std::ranges::find(text.run, TreeNode{so_far.tokens[cached], parent});
      if (next == text.run.end()) break;
      parent = next - text.run.begin();
      path.push_back(static_cast<std::size_t>(parent));
    }
    if (!path.empty()) session_->accept(index, path);
    text.run.clear();
    session_->extend(index, std::span(so_far.tokens).subspan(cached), Need::past);
    unembed(so_far.tokens.size() - 1 - cached, 1);
  }

  // Logits behind nodes of one level, whose parents have run or are the root.
  void run_level(std::size_t index, const TokenTree<P>& tree, std::span<const std::size_t> nodes) {
    Text& text = texts_[index];
    const std::size_t before = text.run.size();
    text.run_as.resize(tree.size(), -1);
    for (const std::size_t node : nodes) {
      const auto parent = static_cast<std::size_t>(tree.nodes()[node].parent);
      text.run_as[node] = static_cast<std::ptrdiff_t>(text.run.size());
      text.run.push_back({tree.token(node), parent == TokenTree<P>::root ? -1 : text.run_as[parent]});
    }
    const TreeExtension level{index, text.run, before};
    session_->trees(std::span(&level, 1), Need::past);
    unembed(0, nodes.size());
  }

  // logits_ of rows [first, first + count) of the last pass.
  void unembed(std::size_t first, std::size_t count) {
    const auto& weights = model_.weights();
    const std::size_t d = config().d_model, d_vocab = config().d_vocab;
    using S = typename Network::storage_type;
    logits_.assign(count * d_vocab, removed_logit);
    rounded_.resize(kernels::linear_scratch<S>(count, weights.w_u.depth()));
    const auto input = kernels::linear_input(rows_.values.data() + first * d, d, count, weights.w_u, rounded_.data(),
                                             session_->threads());
    kernels::linear(input, weights.w_u, weights.b_u, {logits_.data(), d_vocab}, {0, options_.head},
                    session_->threads());
  }

  void shape(const TokenTree<P>& tree, std::size_t node, const GrowingText& so_far, std::span<float> logits) {
    if constexpr (!std::same_as<Shape, Unshaped>) {
      history_.assign(so_far.tokens.begin(), so_far.tokens.end());
      const std::size_t depth = tree.depth(node), length = history_.size() + depth;
      history_.resize(length);
      for (std::size_t i = 0; i != depth; ++i, node = static_cast<std::size_t>(tree.nodes()[node].parent))
        history_[length - 1 - i] = tree.token(node);
      shape_.shape(logits, StepContext{length, history_, so_far.prompt_length});
    }
  }

  M model_;
  Growth growth_;
  [[no_unique_address]] Shape shape_;
  ModelDraftOptions options_;
  LastRows rows_;
  std::optional<Running> session_;
  std::vector<Text> texts_;
  AlignedVector<float> logits_, rounded_;  // [row, d_vocab]
  std::vector<Token> history_;
};

// model_draft<Deterministic>(model, growth): refers to a model that is an lvalue, and keeps one that is not, as
// first_layers(model, n) is. Do not move it once speculation has begun.
template <Proposal P, class M, class Growth, class Shape = Unshaped>
ModelDraft<P, M, Growth, Shape> model_draft(M&& model, Growth growth, ModelDraftOptions options = {},
                                            Shape shape = {}) {
  return {std::forward<M>(model), std::move(growth), options, std::move(shape)};
}

}  // namespace TL_NAMESPACE
