#pragma once
// What a command is given to read: --prompt or --tokens.
#include <string>
#include <vector>

#include "model.hpp"
#include "options.hpp"
#include "separated_list.hpp"

namespace tl::app {

class PromptOptions {
 public:
  PromptOptions() = default;
  // Of another name: --NAME TEXT or --NAME-tokens 1,2,3.
  explicit PromptOptions(const std::string& name) : text_option_("--" + name), list_option_(text_option_ + "-tokens") {}

  void declare(Options& options) {
    options.optional(text_option_, texts_, "TEXT", "Text; special tokens are recognised, the BOS is put in front");
    options.optional(list_option_, lists_, "1,2,3", "Token ids, taken as they are");
    options.flag("--no-bos", no_bos_, no_bos_help);
  }
  // A second prompt of a command: --no-bos is said once, of the first.
  void declare(Options& options, const std::string& help) {
    options.optional(text_option_, texts_, "TEXT", help);
    options.optional(list_option_, lists_, "1,2,3", "Its token ids, taken as they are");
  }
  void declare_several(Options& options) {
    options.texts("--prompt", texts_, "TEXT",
                  "Text; special tokens are recognised, the BOS is put in front; several run at once");
    options.texts("--tokens", lists_, "1,2,3", "Token ids, taken as they are; several lists run at once");
    options.flag("--no-bos", no_bos_, no_bos_help);
  }

  bool bos() const { return !no_bos_; }
  bool given() const { return !texts_.empty() || !lists_.empty(); }
  // Throws Error where there is none, or one is without tokens.
  std::vector<std::vector<Token>> read(const Model& model) const { return read(model, *this); }
  // Where the BOS is put is what `first` says.
  std::vector<std::vector<Token>> read(const Model& model, const PromptOptions& first) const {
    if (!given()) throw Error("there is no prompt: give ", text_option_, " TEXT or ", list_option_, " 1,2,3");
    if (!texts_.empty() && !lists_.empty()) throw Error(text_option_, " and ", list_option_, " exclude each other");
    std::vector<std::vector<Token>> prompts;
    for (const std::string& text : texts_) {
      prompts.push_back(model.prompt(text, !first.no_bos_));
      if (prompts.back().empty()) throw Error("the prompt has no token: an empty text needs the BOS in front");
    }
    for (const std::string& list : lists_) prompts.push_back(parse_tokens(list, list_option_));
    return prompts;
  }

 private:
  static constexpr const char* no_bos_help = "Put no BOS in front of text";
  std::string text_option_ = "--prompt", list_option_ = "--tokens";
  std::vector<std::string> texts_, lists_;
  bool no_bos_ = false;
};

}  // namespace tl::app
