#pragma once
// Numbers from the command line: all of the word or a sentence, decimal only, whatever the locale.
#include <charconv>
#include <concepts>
#include <limits>
#include <string_view>
#include <system_error>
#include <tl/core/error.hpp>

namespace tl::app {

// `what` begins the sentence: "--seed", "the bias of --logit-bias".
template <class Number>
Number parse_number(std::string_view word, std::string_view what) {
  Number number{};
  if (word.size() > 1 && word[0] == '+' && word[1] != '-') word.remove_prefix(1);
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error == std::errc() && end == word.data() + word.size() && !word.empty()) return number;
  if (error == std::errc::result_out_of_range) throw Error(what, " is `", word, "`, which is too large or too small");
  if constexpr (std::floating_point<Number>) throw Error(what, " is `", word, "`, which is not a number");
  else if constexpr (std::numeric_limits<Number>::is_signed)
    throw Error(what, " is `", word, "`, which is not a whole number");
  else throw Error(what, " is `", word, "`, which is not a whole number from 0 on");
}

}  // namespace tl::app
