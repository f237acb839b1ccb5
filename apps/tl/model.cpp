#include "model.hpp"

#include <algorithm>
#include <filesystem>

#include "separated_list.hpp"

namespace tl::app {

namespace fs = std::filesystem;

namespace {

std::optional<Tokenizer> tokenizer_of(const std::string& folder) {
  if (!Model::has_tokenizer(folder)) return std::nullopt;
  return Tokenizer::load(folder);
}

// Any storage in the raw basis; float32 alone in the centred one.
Network network_of(const ModelOptions& options, const std::string& folder) {
  const WeightProcessing processing = options.weight_processing();
  if (processing.basis() == Basis::raw)
    return options.with_storage([&]<StorageType S>() -> Network {
      return load_network<dynamic_gpt2, S, Basis::raw>(folder, processing, options.run_options());
    });
  if (options.dtype != storage_name<float>)
    throw Error("--processing with center_writing_weights needs --dtype ", storage_name<float>, ", and it is `",
                options.dtype, "`");
  return load_network<dynamic_gpt2, float, Basis::centred>(folder, processing, options.run_options());
}

}  // namespace

std::string shipped(const std::string& name) {
  // The source tree of a program that is not installed; where it is installed to.
  std::error_code error;
  for (const char* root : {TL_SOURCE_DIR, TL_DATA_DIR})
    if (const auto found = fs::path(root) / name; fs::exists(found, error)) return found.string();
  throw Error("`", name, "`, which comes with tl, is not in " TL_DATA_DIR ": give another on the command line");
}

RunOptions ModelOptions::run_options() const {
  constexpr int most_threads = 1024;
  if (threads < 0 || threads > most_threads)
    throw Error("--threads is ", threads, ": give a number from 1 to ", most_threads, ", or 0 for all there are");
  return {threads};
}

WeightProcessing ModelOptions::weight_processing() const {
  if (processing == "none") return WeightProcessing::none();
  if (processing == "standard") return WeightProcessing::standard();
  WeightProcessing steps;
  for (const std::string_view item : parse_list(processing, "--processing")) {
    const auto found = std::find_if(weight_processing_steps.begin(), weight_processing_steps.end(),
                                    [&](const auto& step) { return step.first == item; });
    if (found == weight_processing_steps.end()) {
      std::string known;
      for (const auto& [name, taken] : weight_processing_steps) known += ", " + std::string(name);
      throw Error("--processing has no step `", item, "`: there is none or standard alone, or a list of",
                  known.substr(1));
    }
    steps.*found->second = true;
  }
  return steps;
}

std::string ModelOptions::path() const {
  std::error_code error;
  if (!folder.empty()) {
    if (!fs::is_directory(folder, error)) throw Error("--model names `", folder, "`, which is not a folder");
    return fs::absolute(folder).lexically_normal().string();
  }
  return shipped("models/tinystories-6l");
}

Model::Model(const ModelOptions& options)
    : folder_(options.path()),
      options_(options.run_options()),
      network_(network_of(options, folder_)),
      tokenizer_(tokenizer_of(folder_)) {
  if (tokenizer_ && tokenizer_->vocabulary_size() > config().d_vocab)
    throw Error("the tokenizer of `", folder_, "` has ", tokenizer_->vocabulary_size(), " tokens and its model ",
                config().d_vocab);
}

bool Model::has_tokenizer(const std::string& folder) {
  return fs::exists(fs::path(folder) / "vocab.json") || fs::exists(fs::path(folder) / "tokenizer.json");
}

const Tokenizer& Model::tokenizer() const {
  if (!tokenizer_)
    throw Error("`", folder_, "` has no tokenizer (vocab.json and merges.txt, or tokenizer.json): give --tokens");
  return *tokenizer_;
}

std::vector<Token> Model::prompt(std::string_view text, bool bos) const {
  const Tokens tokens = tokenizer().encode(text, Special::parse);
  return (bos && tokens.bos() ? tokens.with_bos() : tokens).ids();
}

std::string Model::token(Token token) const {
  return knows(token) ? tokenizer_->decode(std::span(&token, 1)) : std::string();
}
std::string Model::token_text(Token token) const {
  return knows(token) ? tokenizer_->token_text(token) : std::string();
}

std::vector<std::string> Model::tokens(std::span<const Token> tokens) const {
  std::vector<std::string> texts;
  for (const Token each : tokens) texts.push_back(token(each));
  return texts;
}

}  // namespace tl::app
