#pragma once
// Which list a token is looked up in: the seed that a context gives (Kirchenbauer et al., "A watermark for large
// language models", 2023, and "On the reliability of watermarks for large language models", 2024; Zhao et al.,
// "Provable robust watermarking for AI-generated text", 2024, has one list for all contexts). Widths count the tokens
// before the candidate; the references' self-hash of width 4 counts the candidate as well and is SelfHash<3> here.
#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <tl/core/error.hpp>
#include <tl/watermark/prf.hpp>

namespace TL_NAMESPACE {

inline constexpr std::size_t max_watermark_width = 4;

// The seed of the list that each candidate is looked up in, after one context.
class ContextSeed {
 public:
  // One list for all candidates.
  constexpr explicit ContextSeed(std::uint64_t seed) : seed_(seed) {}

  // Every token folded into one seed: any other token, any other order, another list.
  static constexpr ContextSeed left_hash(std::uint64_t key, std::span<const Token> context) {
    std::uint64_t seed = 0;
    for (const Token token : context) seed = watermark_bits(key, seed, WatermarkUse::token, token);
    return ContextSeed(seed);
  }
  // The least of the tokens' numbers: the list survives a change of any other token.
  static constexpr ContextSeed min_hash(std::uint64_t key, std::span<const Token> context) {
    std::uint64_t least = ~std::uint64_t{0};
    for (const Token token : context) least = std::min(least, watermark_bits(key, 0, WatermarkUse::token, token));
    return ContextSeed(least);
  }
  // The least of the products of the candidate's number with the tokens' and its own: every candidate has a list of its
  // own, so the list cannot be read off by counting what follows a context.
  static constexpr ContextSeed self_hash(std::uint64_t key, std::span<const Token> context) {
    ContextSeed after(key);
    for (const Token token : context)
      after.numbers_[after.count_++] = watermark_bits(key, 0, WatermarkUse::token, token);
    after.of_candidate_ = true;
    return after;
  }

  constexpr std::uint64_t operator()(Token candidate) const {
    if (!of_candidate_) return seed_;
    const std::uint64_t own = watermark_bits(seed_, 0, WatermarkUse::token, candidate), odd = own | 1;
    std::uint64_t least = own * odd;
    for (std::size_t i = 0; i != count_; ++i) least = std::min(least, numbers_[i] * odd);
    return least;
  }

 private:
  std::uint64_t seed_;  // of self_hash: the key
  std::array<std::uint64_t, max_watermark_width> numbers_{};
  std::size_t count_ = 0;
  bool of_candidate_ = false;
};

// after() takes the width() tokens before the candidate.
template <class S>
concept Seeding = requires(const S& seeding, std::uint64_t key, std::span<const Token> context) {
  { seeding.width() } -> std::convertible_to<std::size_t>;
  { seeding.after(key, context) } -> std::same_as<ContextSeed>;
};

template <std::size_t H>
concept WatermarkWidth = H >= 1 && H <= max_watermark_width;

template <std::size_t H, auto SeedOf>
struct ContextHash {
  static_assert(WatermarkWidth<H>, "tl: a watermark's lists depend on the 1 to 4 tokens before a candidate");
  static constexpr std::size_t width() { return H; }
  static constexpr ContextSeed after(std::uint64_t key, std::span<const Token> context) { return SeedOf(key, context); }
};
template <std::size_t H>
using LeftHash = ContextHash<H, &ContextSeed::left_hash>;
template <std::size_t H>
using MinHash = ContextHash<H, &ContextSeed::min_hash>;
template <std::size_t H>
using SelfHash = ContextHash<H, &ContextSeed::self_hash>;

struct Unigram {
  static constexpr std::size_t width() { return 0; }
  static constexpr ContextSeed after(std::uint64_t, std::span<const Token>) { return ContextSeed(0); }
};

enum class SeedingKind { left_hash, min_hash, self_hash, unigram };
inline constexpr std::array<std::string_view, 4> seeding_names{"left_hash", "min_hash", "self_hash", "unigram"};
constexpr std::string_view name(SeedingKind kind) { return seeding_names[static_cast<std::size_t>(kind)]; }

// Any of these, chosen at run time: the same lists.
class DynamicSeeding {
 public:
  // The width of a unigram list is 0, whatever is given. Throws Error where another's is not 1 to 4.
  constexpr DynamicSeeding(SeedingKind kind, std::size_t width)
      : kind_(kind), width_(kind == SeedingKind::unigram ? 0 : width) {
    if (kind != SeedingKind::unigram && (width < 1 || width > max_watermark_width))
      throw Error("the width of a watermark's context is ", width, ": its lists depend on the 1 to ",
                  max_watermark_width, " tokens before a candidate");
  }
  constexpr SeedingKind kind() const { return kind_; }
  constexpr std::size_t width() const { return width_; }
  constexpr ContextSeed after(std::uint64_t key, std::span<const Token> context) const {
    switch (kind_) {
      case SeedingKind::left_hash:
        return ContextSeed::left_hash(key, context);
      case SeedingKind::min_hash:
        return ContextSeed::min_hash(key, context);
      case SeedingKind::self_hash:
        return ContextSeed::self_hash(key, context);
      case SeedingKind::unigram:
        break;
    }
    return Unigram::after(key, context);
  }

 private:
  SeedingKind kind_;
  std::size_t width_;
};

}  // namespace TL_NAMESPACE
