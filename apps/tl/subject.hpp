#pragma once
// The subject of a causal trace: positions of a prompt, or a text in it.
#include <string>
#include <vector>

#include "model.hpp"
#include "options.hpp"

namespace tl::app {

struct Subject {
  std::size_t first, last;  // both are of it
};

class SubjectOptions {
 public:
  void declare(Options& options) {
    options.optional("--subject", texts_, "TEXT", "The subject: whole tokens of the prompt, where they come first");
    options.optional("--subject-positions", positions_, "FIRST:END", "Its positions; 2:4 are 2 and 3");
  }
  // Throws Error where there is none or both, the prompt does not have it, or it begins or ends within a token.
  Subject read(const Model& model, std::span<const Token> tokens) const;

 private:
  std::vector<std::string> texts_, positions_;
};

// The first place where a text is tokens of the prompt; a blank in front of it may belong to its first token. Throws
// Error where the prompt lacks it, or it begins or ends within a token.
Subject find_subject(std::string_view subject, std::span<const std::string> tokens);

}  // namespace tl::app
