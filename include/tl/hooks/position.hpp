#pragma once
// Which positions a policy applies to. A predicate sees a row's position, its sequence's recorded prompt length and,
// where it takes a third number, the sequence; never the phase: recomputing a generated text from scratch applies it to
// the same positions.
#include <algorithm>
#include <concepts>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <tl/core/namespace.hpp>
#include <utility>
#include <vector>

namespace TL_NAMESPACE {

namespace detail {
template <class P>
concept SequencePredicate = std::predicate<const P&, std::size_t, std::size_t, std::size_t>;
}  // namespace detail

template <class P>
concept PositionPredicate = std::predicate<const P&, std::size_t, std::size_t> || detail::SequencePredicate<P>;

// A sequence as predicates know it.
struct SequenceInfo {
  std::size_t index = 0, prompt_length = 0;
};

namespace detail {
template <PositionPredicate P>
constexpr bool accepts(const P& predicate, std::size_t position, SequenceInfo sequence) {
  if constexpr (SequencePredicate<P>) return predicate(position, sequence.prompt_length, sequence.index);
  else return predicate(position, sequence.prompt_length);
}

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

// Every position from this one on.
struct from {
  std::size_t first;
  constexpr bool operator()(std::size_t position, std::size_t) const { return position >= first; }
};

// Every position of the sequences listed, as the session numbers them; of generated texts: in the order of the prompts.
// What several texts begin with is computed once if the policy does there to all of them what it does to one, so a
// policy of one text is best kept off the common beginning: sequences{2} && from{40}.
class sequences {
 public:
  sequences(std::initializer_list<std::size_t> list) : list_(list) {}
  explicit sequences(std::vector<std::size_t> list) : list_(std::move(list)) {}
  bool operator()(std::size_t, std::size_t, std::size_t sequence) const {
    return std::find(list_.begin(), list_.end(), sequence) != list_.end();
  }

 private:
  std::vector<std::size_t> list_;
};

namespace detail {
template <PositionPredicate A, PositionPredicate B>
struct Both {
  A a;
  B b;
  constexpr bool operator()(std::size_t position, std::size_t prompt_length, std::size_t sequence) const {
    const SequenceInfo info{sequence, prompt_length};
    return accepts(a, position, info) && accepts(b, position, info);
  }
};
}  // namespace detail

// The positions that both accept.
template <PositionPredicate A, PositionPredicate B>
constexpr auto operator&&(A a, B b) {
  return detail::Both<A, B>{std::move(a), std::move(b)};
}

// Any predicate, chosen at run time.
class AnyPositions {
 public:
  template <PositionPredicate P>
  requires(!std::same_as<P, AnyPositions>) AnyPositions(P predicate)
      : accepts_([predicate = std::move(predicate)](std::size_t position, SequenceInfo sequence) {
          return detail::accepts(predicate, position, sequence);
        }) {}
  bool operator()(std::size_t position, std::size_t prompt_length, std::size_t sequence) const {
    return accepts_(position, {sequence, prompt_length});
  }

 private:
  std::function<bool(std::size_t, SequenceInfo)> accepts_;
};

}  // namespace TL_NAMESPACE
