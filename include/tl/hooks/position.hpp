#pragma once
// Which positions a policy applies to. A predicate sees a row's position and its sequence's recorded prompt length, never
// the phase: recomputing a generated text from scratch applies it to the same positions.
#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <tl/core/namespace.hpp>
#include <vector>

namespace TL_NAMESPACE {

template <class P>
concept PositionPredicate = std::predicate<const P&, std::size_t, std::size_t>;

namespace detail {
struct All {
  constexpr bool operator()(std::size_t, std::size_t) const { return true; }
};
struct LastPrompt {
  constexpr bool operator()(std::size_t position, std::size_t prompt_length) const {
    return position + 1 == prompt_length;
  }
};
struct NotFirst {
  constexpr bool operator()(std::size_t position, std::size_t) const { return position != 0; }
};
struct PromptOnly {
  constexpr bool operator()(std::size_t position, std::size_t prompt_length) const { return position < prompt_length; }
};
struct GeneratedOnly {
  constexpr bool operator()(std::size_t position, std::size_t prompt_length) const { return position >= prompt_length; }
};
}  // namespace detail

inline constexpr detail::All all{};
inline constexpr detail::LastPrompt last_prompt{};
inline constexpr detail::NotFirst not_first{};  // all but the BOS
inline constexpr detail::PromptOnly prompt_only{};
inline constexpr detail::GeneratedOnly generated_only{};

// The positions listed; a negative one counts from the end of the prompt: at{-1} is its last token.
class at {
 public:
  at(std::initializer_list<std::ptrdiff_t> positions) : positions_(positions) {}
  explicit at(std::vector<std::ptrdiff_t> positions) : positions_(std::move(positions)) {}
  bool operator()(std::size_t position, std::size_t prompt_length) const {
    for (std::ptrdiff_t p : positions_)
      if ((p < 0 ? p + static_cast<std::ptrdiff_t>(prompt_length) : p) == static_cast<std::ptrdiff_t>(position))
        return true;
    return false;
  }

 private:
  std::vector<std::ptrdiff_t> positions_;
};

}  // namespace TL_NAMESPACE
