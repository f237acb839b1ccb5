#pragma once
// The model that a command works on: a folder of the GPT-2 family, its shape known at run time.
#include <optional>
#include <string>
#include <string_view>
#include <tl/decode/load.hpp>
#include <vector>

#include "options.hpp"

namespace tl::app {

using Network = Gpt2<dynamic_gpt2>;

struct ModelOptions {
  std::string folder;  // empty: the default model
  int threads = 0;

  void declare_folder(Options& options) {
    options.text("--model", folder, "DIR",
                 "Folder of a GPT-2 in Hugging Face's layout (default: the model that comes with tl)");
  }
  void declare(Options& options) {
    declare_folder(options);
    options.number("--threads", threads, "N", "Threads (default: as many as the machine has); never changes a bit");
  }
  // Where the folder is, absolute. Throws Error where it is not given and the default model is not there.
  std::string path() const;
};

class Model {
 public:
  // Throws Error where the folder, the weights or the tokenizer are bad. A folder without a tokenizer will do until
  // text is asked of it.
  explicit Model(const ModelOptions& options);

  const Network& network() const { return network_; }
  const Config& config() const { return network_.config(); }
  RunOptions run_options() const { return options_; }
  const std::string& folder() const { return folder_; }
  std::string hash() const { return io::CheckpointFolder(folder_).checkpoint_hash(); }

  bool has_tokenizer() const { return tokenizer_.has_value(); }
  // Throws Error where the folder has none.
  const Tokenizer& tokenizer() const;
  // Special tokens parsed, the BOS in front of them where there is one, unless bos is false.
  std::vector<Token> prompt(std::string_view text, bool bos = true) const;
  // What a token stands for, and the same on one line; empty where no tokenizer knows it.
  std::string token(Token token) const;
  std::string token_text(Token token) const;
  std::vector<std::string> tokens(std::span<const Token> tokens) const;

 private:
  bool knows(Token token) const {
    return tokenizer_ && token >= 0 && static_cast<std::size_t>(token) < tokenizer_->vocabulary_size();
  }

  std::string folder_;
  RunOptions options_;
  Network network_;
  std::optional<Tokenizer> tokenizer_;
};

}  // namespace tl::app
