#pragma once
// What is done to a text so that its watermark is no longer found: here to measure what a watermark survives, and at
// what cost.
#include <concepts>
#include <span>
#include <string_view>
#include <tl/core/error.hpp>
#include <tl/core/random_numbers.hpp>
#include <tl/core/token.hpp>
#include <vector>

namespace TL_NAMESPACE {

// The prompt is context and stays as it is; what comes after it is attacked.
struct AttackedText {
  std::span<const Token> prompt{}, tokens{};

  std::vector<Token> whole() const {
    std::vector<Token> both(prompt.begin(), prompt.end());
    both.insert(both.end(), tokens.begin(), tokens.end());
    return both;
  }
};

// A value with its parameters, which any number of threads may use: gives what then stands behind the prompt. All its
// random numbers are those of Purpose::attack under the key, so the same key gives the same text.
template <class A>
concept Attack = requires(const A& attack, const AttackedText& text, RandomKey key) {
  { attack(text, key) } -> std::same_as<std::vector<Token>>;
};

using AttackNumbers = RandomNumbers<Purpose::attack>;

namespace detail {
inline double checked_share(double share, std::string_view what) {
  if (share >= 0 && share <= 1) return share;
  throw Error("the share of ", what, " is ", share, ": it must be from 0 to 1");
}
// One of n, for u in [0, 1).
inline std::size_t one_of(std::size_t n, double u) { return static_cast<std::size_t>(u * static_cast<double>(n)); }
}  // namespace detail

}  // namespace TL_NAMESPACE
