#pragma once
// The merges of a byte pair encoding, and the encoding of one word by them.
#include <cstddef>
#include <cstdint>
#include <span>
#include <tl/core/namespace.hpp>
#include <tl/core/token.hpp>
#include <vector>

namespace TL_NAMESPACE::text {

class Merges {
 public:
  static constexpr std::uint32_t no_rank = UINT32_MAX;

  // The next merge, of the rank size(). False, and nothing added, where the pair has one already.
  bool add(Token left, Token right, Token merged);

  std::size_t size() const { return merged_.size(); }
  std::span<const Token> merged() const { return merged_; }  // by rank
  // The rank of the pair, no_rank where it never merges.
  std::uint32_t rank(Token left, Token right) const;

  // Merges the symbols in place, always the pair of the lowest rank, of equals the leftmost, until no pair has a rank.
  // Returns how many symbols are left, at the front. At most 2^32 - 2 symbols; O(n log n) for long words.
  std::size_t apply(std::span<Token> symbols) const;

  // The two ways apply() has, which must agree: scanning for the best pair, and a heap of pairs over linked symbols.
  std::size_t apply_by_scan(std::span<Token> symbols) const;  // at most longest_scan symbols
  std::size_t apply_by_heap(std::span<Token> symbols) const;
  static constexpr std::size_t longest_scan = 64;

 private:
  struct Slot {
    std::uint64_t pair;
    std::uint32_t rank = no_rank;  // an empty slot
  };
  static std::uint64_t pair_of(Token left, Token right) {
    return std::uint64_t{static_cast<std::uint32_t>(left)} << 32 | static_cast<std::uint32_t>(right);
  }
  std::size_t slot_of(std::uint64_t pair) const;

  std::vector<Slot> slots_;    // open addressing, a power of two, at most half full
  std::vector<Token> merged_;  // by rank
};

}  // namespace TL_NAMESPACE::text

#ifdef TL_HEADER_ONLY
#include <tl/text/merges-inl.hpp>
#endif
