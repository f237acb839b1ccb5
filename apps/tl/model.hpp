#pragma once
// The model that a command works on: a folder of the GPT-2 family, its shape known at run time.
#include <optional>
#include <string>
#include <string_view>
#include <tl/decode/load.hpp>
#include <type_traits>
#include <variant>
#include <vector>

#include "options.hpp"

namespace tl::app {

using Network = std::variant<Gpt2<dynamic_gpt2>, Gpt2<dynamic_gpt2, bf16>, Gpt2<dynamic_gpt2, int8>,
                             Gpt2<dynamic_gpt2, float, Basis::centred>>;

// The path of a file or folder that comes with tl. Throws Error where it is not there.
std::string shipped(const std::string& name);

struct ModelOptions {
  std::string folder;  // empty: the default model
  std::string dtype{storage_name<float>};
  std::string processing = "none";
  int threads = 0;

  void declare_folder(Options& options) {
    options.text("--model", folder, "DIR",
                 "Folder of a GPT-2 in Hugging Face's layout (default: the model that comes with tl)");
  }
  // Without --processing: what works on the weights as they are.
  void declare_unprocessed(Options& options) {
    declare_folder(options);
    options.text("--dtype", dtype, "TYPE",
                 "What the weights are kept as: float32, bfloat16 or int8 (default: float32)");
    options.number("--threads", threads, "N", "Threads (default: as many as the machine has); never changes a bit");
  }
  void declare(Options& options) {
    declare_unprocessed(options);
    options.text(
        "--processing", processing, "STEPS",
        "none (the default), standard (TransformerLens' defaults), or some of fold_ln, center_writing_weights, "
        "center_unembed, fold_value_biases, refactor_factored_attn_matrices, between commas");
  }
  // Where the folder is, absolute. Throws Error where it is not given and the default model is not there.
  std::string path() const;
  // Throws Error where the number of threads is none.
  RunOptions run_options() const;
  // Throws Error where --processing lists what is no step.
  WeightProcessing weight_processing() const;
  // f.template operator()<S>() for the storage that --dtype names. Throws Error where there is none.
  template <class F>
  auto with_storage(const F& f) const {
    if (dtype == storage_name<float>) return f.template operator()<float>();
    if (dtype == storage_name<bf16>) return f.template operator()<bf16>();
    if (dtype == storage_name<int8>) return f.template operator()<int8>();
    throw Error("--dtype is `", dtype, "`, where ", storage_name<float>, ", ", storage_name<bf16>, " or ",
                storage_name<int8>, " is wanted");
  }
};

class Model {
 public:
  // Throws Error where the folder, the weights or the tokenizer are bad. A folder without a tokenizer will do until
  // text is asked of it.
  explicit Model(const ModelOptions& options);

  // f(network), whatever its storage.
  template <class F>
  decltype(auto) with_network(const F& f) const {
    return std::visit(f, network_);
  }
  // f(network) of float32 weights, in either basis: for analyses, which are not compiled for each storage. Throws Error
  // where --dtype is another.
  template <class F>
  auto with_float32(const F& f) const {
    using Result = std::invoke_result_t<const F&, const Gpt2<dynamic_gpt2>&>;
    return with_network([&]<class N>(const N& network) -> Result {
      if constexpr (std::same_as<typename N::storage_type, float>) return f(network);
      else throw Error("this command works on --dtype ", storage_name<float>, ", and it is `", dtype(), "`");
    });
  }
  const Config& config() const {
    return with_network([](const auto& network) -> const Config& { return network.config(); });
  }
  std::size_t weight_bytes() const {
    return with_network([](const auto& network) { return network.weights().bytes(); });
  }
  // As --dtype writes it.
  std::string_view dtype() const {
    return with_network([]<class N>(const N&) { return storage_name<typename N::storage_type>; });
  }
  const WeightProcessing& processing() const {
    return with_network([](const auto& network) -> const WeightProcessing& { return network.processing(); });
  }
  RunOptions run_options() const { return options_; }
  const std::string& folder() const { return folder_; }
  std::string hash() const { return io::CheckpointFolder(folder_).checkpoint_hash(); }

  bool has_tokenizer() const { return tokenizer_.has_value(); }
  static bool has_tokenizer(const std::string& folder);
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
