#pragma once
// [BOS, r_1 .. r_n, r_1 .. r_n] of random tokens: only what stands in the context says what comes next in the second
// copy.
#include <cstddef>
#include <optional>
#include <span>
#include <tl/core/error.hpp>
#include <tl/core/philox.hpp>
#include <tl/core/token.hpp>
#include <vector>

namespace TL_NAMESPACE {

struct RepeatedTokensOptions {
  std::size_t length = 50;       // n
  std::optional<Token> bos = 0;  // not among r; none: the sequence begins with r_1
  bool distinct = true;          // no token stands twice in r
  RandomKey random{};            // a stream for each sequence
};

class RepeatedTokens {
 public:
  using Options = RepeatedTokensOptions;
  // Tokens of [0, d_vocab), uniformly. Throws Error where length is 0, or r cannot be distinct.
  explicit RepeatedTokens(std::size_t d_vocab, const Options& options = {}) : length_(options.length) {
    const std::size_t choices = d_vocab - options.bos.has_value();
    if (length_ == 0 || choices == 0 || d_vocab == 0)
      throw Error("repeated tokens need a length and a vocabulary of at least one token");
    if (options.distinct && length_ > choices)
      throw Error("there are no ", length_, " distinct random tokens in a vocabulary of ", d_vocab);
    if (options.bos) tokens_.push_back(*options.bos);
    std::vector<bool> taken(d_vocab);
    if (options.bos && *options.bos >= 0 && static_cast<std::size_t>(*options.bos) < d_vocab)
      taken[static_cast<std::size_t>(*options.bos)] = true;
    for (std::size_t i = 0; i != length_; ++i) {
      std::size_t token, attempt = 0;
      do
        token = static_cast<std::size_t>(uniform(options.random, i, Purpose::data, attempt++) *
                                         static_cast<double>(d_vocab));
      while (taken[token]);
      if (options.distinct) taken[token] = true;
      tokens_.push_back(static_cast<Token>(token));
    }
    tokens_.insert(tokens_.end(), tokens_.end() - static_cast<std::ptrdiff_t>(length_), tokens_.end());
  }

  // n, and where the copies begin.
  std::size_t length() const { return length_; }
  std::size_t first_copy() const { return tokens_.size() - 2 * length_; }
  std::size_t second_copy() const { return tokens_.size() - length_; }

  const std::vector<Token>& ids() const { return tokens_; }
  // With data() and size() it is a std::span<const Token> wherever one is asked for.
  const Token* data() const { return tokens_.data(); }
  std::size_t size() const { return tokens_.size(); }
  Token operator[](std::size_t i) const { return tokens_[i]; }
  auto begin() const { return tokens_.begin(); }
  auto end() const { return tokens_.end(); }

 private:
  std::size_t length_;
  std::vector<Token> tokens_;
};

}  // namespace TL_NAMESPACE
