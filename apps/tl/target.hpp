#pragma once
// What a command asks the last position's logits about: an answer, and a foil to compare it with, as text or as ids.
#include <optional>
#include <string>
#include <tl/interp/contrast.hpp>
#include <tl/interp/logit_attribution.hpp>
#include <vector>

#include "model.hpp"
#include "number.hpp"
#include "options.hpp"

namespace tl::app {

class TargetOptions {
 public:
  void declare(Options& options) {
    options.optional("--answer", answer_.text, "TEXT", "The token that is asked about, its blank included: ' girl'");
    options.optional("--answer-token", answer_.id, "ID", "The same by its id");
    options.optional("--foil", foil_.text, "TEXT", "The token to compare it with");
    options.optional("--foil-token", foil_.id, "ID", "The same by its id");
  }

  bool given() const { return answer_.given() || foil_.given(); }
  // Throws Error where there is no answer, where one of the two is given twice, is not one token or not of the
  // vocabulary, or where both are the same.
  LogitTarget read(const Model& model) const {
    if (!answer_.given()) throw Error("there is no answer: give --answer TEXT or --answer-token ID");
    LogitTarget target{answer_.read(model, "--answer")};
    if (foil_.given()) target.foil = foil_.read(model, "--foil");
    if (target.foil == target.answer)
      throw Error("the answer and the foil are the same token, ", target.answer, ": their difference is always 0");
    return target;
  }
  // The same where a difference of two logits is needed. Throws Error where there is no foil.
  LogitTarget read_both(const Model& model) const {
    const LogitTarget target = read(model);
    if (!target.foil) throw Error("there is no foil: give --foil TEXT or --foil-token ID");
    return target;
  }

 private:
  struct Choice {
    std::vector<std::string> text, id;

    bool given() const { return !text.empty() || !id.empty(); }
    Token read(const Model& model, const std::string& option) const {
      if (!text.empty() && !id.empty()) throw Error(option, " and ", option, "-token exclude each other");
      if (!text.empty()) return single_token(model.tokenizer(), text[0]);
      const Token token = parse_number<Token>(id[0], option + "-token");
      if (token < 0 || static_cast<std::size_t>(token) >= model.config().d_vocab)
        throw Error(option, "-token is ", token, ", and the vocabulary has ", model.config().d_vocab, " tokens");
      return token;
    }
  };
  Choice answer_, foil_;
};

}  // namespace tl::app
