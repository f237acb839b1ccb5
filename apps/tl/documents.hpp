#pragma once
// Texts to try an SAE on.
#include <string>
#include <tl/sae/training_text.hpp>
#include <vector>

#include "model.hpp"
#include "options.hpp"
#include "read_text.hpp"

namespace tl::app {

// A file of documents, each to be a BOS and its text, in pieces of a context.
struct DocumentOptions {
  std::string file, separator = "<|endoftext|>";
  std::size_t pieces = 0, context = 0;  // 0: all; the model's
  bool no_bos = false, with_first = false;

  void declare(Options& options) {
    options.text("--text", file, "FILE", "Text: documents between separators");
    options.text("--separator", separator, "TEXT", "What is between documents (default: <|endoftext|>)");
    options.number("--context", context, "N", "Tokens of a piece, its BOS included (default: the model's context)");
    options.number("--pieces", pieces, "N", "As many pieces of documents only, chosen at random (default: all)");
    options.flag("--no-bos", no_bos, "Put no BOS in front of a piece");
    options.flag("--with-first", with_first, "Position 0, the BOS, is replaced and counted as well");
  }
  std::size_t first_position() const { return with_first ? 0 : 1; }
  // Throws Error where there is no text, or it is too short.
  std::vector<std::vector<Token>> read(const Model& model) const {
    if (file.empty()) throw Error("there is no text: give --text FILE");
    const TrainingText text(model.tokenizer(), read_text(file), file,
                            {.context_size = context == 0 ? model.config().n_ctx : context,
                             .separator = separator,
                             .prepend_bos = !no_bos,
                             .exclude_first_position = !with_first});
    if (text.options().context_size > model.config().n_ctx)
      throw Error("--context is ", context, ", and this model's is ", model.config().n_ctx);
    std::vector<std::vector<Token>> documents;
    const std::size_t count = pieces == 0 ? text.pieces() : std::min(pieces, text.pieces());
    for (std::size_t i = 0; i != count; ++i) documents.push_back(text.piece(i));
    return documents;
  }
};

}  // namespace tl::app
