#pragma once
// Whether a token is on the green list of a seed, asked of one token without making the list.
#include <bit>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <tl/core/error.hpp>
#include <tl/watermark/prf.hpp>
#include <utility>
#include <variant>

namespace TL_NAMESPACE {

// gamma() is the probability that a token is green under a key drawn at random.
template <class L>
concept GreenList = requires(const L& list, std::uint64_t key, std::uint64_t seed, Token token) {
  { list.gamma() } -> std::convertible_to<double>;
  { list.contains(key, seed, token) } -> std::same_as<bool>;
};

namespace detail {
inline double checked_gamma(double gamma) {
  if (gamma > 0 && gamma < 1) return gamma;
  throw Error("gamma is ", gamma, ": the share of tokens on a green list must be above 0 and below 1");
}
}  // namespace detail

// Each token is green by itself, with probability gamma: of any tokens of distinct (seed, token) the number that is
// green is exactly binomial under a random key. The size of a list varies: its deviation is sqrt(gamma (1 - gamma)
// d_vocab).
class BernoulliList {
 public:
  // Throws Error unless 0 < gamma < 1.
  explicit BernoulliList(double gamma)
      : gamma_(detail::checked_gamma(gamma)), threshold_(static_cast<std::uint64_t>(std::ldexp(gamma, 64))) {}

  double gamma() const { return gamma_; }
  bool contains(std::uint64_t key, std::uint64_t seed, Token token) const {
    return watermark_bits(key, seed, WatermarkUse::color, token) < threshold_;
  }

 private:
  double gamma_;
  std::uint64_t threshold_;
};

// round(gamma d_vocab) tokens, exactly: those that a permutation of the vocabulary puts first. The permutation is a
// Feistel network over the next even number of bits; what it takes out of the vocabulary it takes again until it is
// back (Black and Rogaway, "Ciphers with arbitrary finite domains", 2002). Some thirty times the work of a
// BernoulliList. Colours of one list are drawn without replacement, so a binomial p-value is an upper bound of theirs
// where it is small (Hoeffding 1963).
class ExactList {
 public:
  // Throws Error unless 0 < gamma < 1, or where all tokens would be green, or none.
  ExactList(double gamma, std::size_t d_vocab)
      : d_vocab_(static_cast<std::uint32_t>(d_vocab)),
        size_(static_cast<std::uint32_t>(std::llround(detail::checked_gamma(gamma) * static_cast<double>(d_vocab)))),
        half_bits_((std::bit_width(d_vocab_ - 1) + 1) / 2) {
    if (size_ == 0 || size_ == d_vocab)
      throw Error("gamma is ", gamma, ": of ", d_vocab, " tokens a green list would have ",
                  size_ == 0 ? "none" : "every one");
  }

  std::size_t size() const { return size_; }
  double gamma() const { return static_cast<double>(size_) / d_vocab_; }
  // A token beyond the vocabulary is on no list.
  bool contains(std::uint64_t key, std::uint64_t seed, Token token) const {
    return static_cast<std::uint32_t>(token) < d_vocab_ && place(key, seed, token) < size_;
  }
  // Where the seed's permutation of the vocabulary puts a token of it.
  std::uint32_t place(std::uint64_t key, std::uint64_t seed, Token token) const {
    auto at = static_cast<std::uint32_t>(token);
    do at = permuted(key, seed, at);
    while (at >= d_vocab_);
    return at;
  }

 private:
  static constexpr int rounds = 6;

  std::uint32_t permuted(std::uint64_t key, std::uint64_t seed, std::uint32_t at) const {
    const std::uint32_t mask = (std::uint32_t{1} << half_bits_) - 1;
    std::uint32_t left = at >> half_bits_, right = at & mask;
    for (int round = 0; round != rounds; ++round) {
      const auto use = static_cast<WatermarkUse>(static_cast<int>(WatermarkUse::permutation) + round);
      const auto mixed = static_cast<std::uint32_t>(watermark_bits(key, seed, use, right));
      left = std::exchange(right, left ^ (mixed & mask));
    }
    return left << half_bits_ | right;
  }

  std::uint32_t d_vocab_, size_;
  int half_bits_;
};

// Either, chosen at run time.
class DynamicList {
 public:
  DynamicList(BernoulliList list) : list_(list) {}
  DynamicList(ExactList list) : list_(list) {}

  double gamma() const {
    return std::visit([](const auto& list) { return list.gamma(); }, list_);
  }
  bool contains(std::uint64_t key, std::uint64_t seed, Token token) const {
    if (const auto* bernoulli = std::get_if<BernoulliList>(&list_)) return bernoulli->contains(key, seed, token);
    return std::get<ExactList>(list_).contains(key, seed, token);
  }

 private:
  std::variant<BernoulliList, ExactList> list_;
};

}  // namespace TL_NAMESPACE
