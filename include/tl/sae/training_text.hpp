#pragma once
// A text file as what an SAE is trained on: documents, each BOS + text, in pieces of a context, in another order each
// time the text is gone through.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <tl/core/token.hpp>
#include <tl/hooks/dynamic_hooks.hpp>
#include <tl/model/gpt2.hpp>
#include <tl/sae/activation_buffer.hpp>
#include <tl/text/tokenizer.hpp>
#include <vector>

namespace TL_NAMESPACE {

struct TrainingTextOptions {
  std::size_t context_size = 128;           // tokens of a piece, with its BOS
  std::string separator = "<|endoftext|>";  // between documents; empty: the text is one
  bool prepend_bos = true;
  bool exclude_first_position = true;  // whose residual is an outlier, and says nothing of the text
  std::uint64_t seed = 0;
};

// Pieces of documents. The last piece of a document is shorter than a context; pieces without a row to train on are
// left out.
class TrainingText {
 public:
  // Throws Error where the text is empty or shorter than one context, the context does not fit, or a BOS is asked of a
  // tokenizer without one. `name` is the file's, for that.
  TrainingText(const Tokenizer& tokenizer, std::string_view text, std::string_view name,
               const TrainingTextOptions& options);

  std::size_t pieces() const { return ends_.size(); }
  std::size_t tokens() const { return tokens_.size(); }  // BOS included
  // Piece `number` of an endless sequence: a permutation of all, then another, each a function of the seed.
  std::vector<Token> piece(std::uint64_t number) const;
  const TrainingTextOptions& options() const { return options_; }

 private:
  TrainingTextOptions options_;
  std::vector<Token> tokens_;
  std::vector<std::size_t> ends_;
};

// The activations at a hook point, of any extents as one row, of the pieces of a text. Model and text must outlive it.
// For a transcoder those at the point named last, which are its target, follow in each row. Throws Error for a point
// that the model lacks or that is no row a position (scores, patterns). d is the point's width, or that of both.
template <Config C, StorageType S, Basis B>
ActivationReader read_activations(const Gpt2<C, S, B>& model, const TrainingText& text, std::string hook_name,
                                  RunOptions run = {}, std::string hook_name_out = {}) {
  if (text.options().context_size > model.config().n_ctx)
    throw Error("a context of ", text.options().context_size, " tokens does not fit into the model's, ",
                model.config().n_ctx);
  ActivationReader reader;
  std::vector<std::string> names{std::move(hook_name)};
  if (!hook_name_out.empty()) {
    const HookRef out = resolve_or_throw(hook_name_out, model.config().n_layer);
    reader.d_target = row_width(out.point, model.config());
    names.push_back(std::move(hook_name_out));
  }
  reader.read = [&model, &text, names = std::move(names), run](std::span<const std::uint64_t> documents,
                                                               AlignedVector<float>& rows) {
    const std::size_t skip = text.options().exclude_first_position ? 1 : 0;
    std::vector<std::vector<Token>> pieces;
    for (const std::uint64_t document : documents) pieces.push_back(text.piece(document));
    DynamicHooks hooks;
    for (const std::string& name : names) hooks.capture(name);
    model.run_each(pieces, run, hooks);
    std::vector<std::size_t> counts;
    for (std::size_t i = 0; i != pieces.size(); ++i) {
      const std::vector<NamedArray> captured = hooks.take(i);
      for (std::size_t n = 0; n != names.size(); ++n)
        if (captured.size() != names.size() || captured[n].array.extents[0] != pieces[i].size())
          throw Error("`", names[n], "` has no row for each position of one layer: an SAE cannot be trained there");
      for (std::size_t row = skip; row != pieces[i].size(); ++row)
        for (const NamedArray& one : captured) {
          const std::size_t width = one.array.values.size() / pieces[i].size();
          const float* const from = one.array.values.data() + row * width;
          rows.insert(rows.end(), from, from + width);
        }
      counts.push_back(pieces[i].size() - skip);
    }
    return counts;
  };
  const std::uint64_t first = 0;
  AlignedVector<float> rows;
  const std::size_t count = reader.read({&first, 1}, rows)[0];
  reader.d = rows.size() / count;
  return reader;
}

}  // namespace TL_NAMESPACE

#ifdef TL_HEADER_ONLY
#include <tl/sae/training_text-inl.hpp>
#endif
