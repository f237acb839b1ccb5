#pragma once
// Tokens replaced by others without regard to what they say.
#include <cstddef>
#include <tl/attack/attack.hpp>

namespace TL_NAMESPACE {

// Each token, with probability `share`, becomes one of the others, all alike. A colour of a left hash survives where
// neither its token nor the h before it changed: z becomes z0 (1 - share)^(h + 1) in the mean.
class Substitution {
 public:
  // Throws Error unless share is from 0 to 1 and there are two tokens.
  Substitution(double share, std::size_t d_vocab)
      : share_(detail::checked_share(share, "tokens to substitute")), d_vocab_(d_vocab) {
    if (d_vocab < 2) throw Error("a vocabulary of ", d_vocab, " tokens has no other to substitute");
  }

  std::vector<Token> operator()(const AttackedText& text, RandomKey key) const {
    std::vector<Token> tokens(text.tokens.begin(), text.tokens.end());
    for (std::size_t i = 0; i != tokens.size(); ++i) {
      AttackNumbers numbers(key, i);
      if (numbers.uniform() >= share_) continue;
      const auto other = static_cast<Token>(detail::one_of(d_vocab_ - 1, numbers.uniform()));
      tokens[i] = other + (other >= tokens[i]);
    }
    return tokens;
  }

 private:
  double share_;
  std::size_t d_vocab_;
};

}  // namespace TL_NAMESPACE
