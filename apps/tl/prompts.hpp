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
  void declare(Options& options) {
    options.optional("--prompt", texts_, "TEXT", "Text; special tokens are recognised, the BOS is put in front");
    options.optional("--tokens", lists_, "1,2,3", "Token ids, taken as they are");
    options.flag("--no-bos", no_bos_, no_bos_help);
  }
  void declare_several(Options& options) {
    options.texts("--prompt", texts_, "TEXT",
                  "Text; special tokens are recognised, the BOS is put in front; several run at once");
    options.texts("--tokens", lists_, "1,2,3", "Token ids, taken as they are; several lists run at once");
    options.flag("--no-bos", no_bos_, no_bos_help);
  }

  // Throws Error where there is none, or one is without tokens.
  std::vector<std::vector<Token>> read(const Model& model) const {
    if (texts_.empty() == lists_.empty())
      throw Error(texts_.empty() ? "there is no prompt: give --prompt TEXT or --tokens 1,2,3"
                                 : "--prompt and --tokens exclude each other");
    std::vector<std::vector<Token>> prompts;
    for (const std::string& text : texts_) {
      prompts.push_back(model.prompt(text, !no_bos_));
      if (prompts.back().empty()) throw Error("the prompt has no token: an empty text needs the BOS in front");
    }
    for (const std::string& list : lists_) prompts.push_back(parse_tokens(list, "--tokens"));
    return prompts;
  }

 private:
  static constexpr const char* no_bos_help = "Put no BOS in front of --prompt";
  std::vector<std::string> texts_, lists_;
  bool no_bos_ = false;
};

}  // namespace tl::app
