#pragma once
// A list of tokens that knows the BOS of the tokenizer it came from. It is a contiguous range: it converts to
// std::span<const Token>.
#include <cstddef>
#include <optional>
#include <tl/core/error.hpp>
#include <tl/core/namespace.hpp>
#include <tl/core/token.hpp>
#include <utility>
#include <vector>

namespace TL_NAMESPACE {

class Tokens {
 public:
  Tokens() = default;
  explicit Tokens(std::vector<Token> ids, std::optional<Token> bos = std::nullopt) : ids_(std::move(ids)), bos_(bos) {}

  // A copy with the BOS in front; unchanged where it stands there already. Throws if there is no BOS to put.
  Tokens with_bos() const {
    if (!bos_) throw Error("these tokens come from a tokenizer without a BOS token: none can be put in front");
    if (!ids_.empty() && ids_.front() == *bos_) return *this;
    std::vector<Token> ids;
    ids.reserve(ids_.size() + 1);
    ids.push_back(*bos_);
    ids.insert(ids.end(), ids_.begin(), ids_.end());
    return Tokens(std::move(ids), bos_);
  }

  std::optional<Token> bos() const { return bos_; }
  const std::vector<Token>& ids() const { return ids_; }
  // With data() and size() it is a std::span<const Token> wherever one is asked for.
  const Token* data() const { return ids_.data(); }
  std::size_t size() const { return ids_.size(); }
  bool empty() const { return ids_.empty(); }
  Token operator[](std::size_t i) const { return ids_[i]; }
  auto begin() const { return ids_.begin(); }
  auto end() const { return ids_.end(); }

  // The same ids; which tokenizer they came from does not count.
  friend bool operator==(const Tokens& a, const Tokens& b) { return a.ids_ == b.ids_; }

 private:
  std::vector<Token> ids_;
  std::optional<Token> bos_;
};

}  // namespace TL_NAMESPACE
