#pragma once
#include <cmath>
#include <tl/interp/contrast.hpp>
#include <tl/interp/greater_than.hpp>
#include <tl/kernels/softmax.hpp>

namespace TL_NAMESPACE {

namespace detail {
TL_INLINE std::string two_digits(int number) {
  return {static_cast<char>('0' + number / 10), static_cast<char>('0' + number % 10)};
}

TL_INLINE double year_probability_difference(std::span<const float> logits, const std::array<Token, 100>& digits,
                                             int year) {
  float log_sum;
  kernels::log_sum_exp(logits.data(), 1, logits.size(), &log_sum, 1);
  double difference = 0;
  for (int y = 0; y != 100; ++y) {
    const auto token = static_cast<std::size_t>(digits[static_cast<std::size_t>(y)]);
    const double probability = std::exp(static_cast<double>(logits[token]) - static_cast<double>(log_sum));
    difference += y > year ? probability : -probability;
  }
  return difference;
}
}  // namespace detail

TL_INLINE GreaterThan::GreaterThan(const Tokenizer& tokenizer, const GreaterThanOptions& options) {
  if (options.first_century < 10 || options.last_century > 99 || options.last_century < options.first_century)
    throw Error("centuries ", options.first_century, " to ", options.last_century,
                ": they are two digits, the first not above the last");
  for (int number = 0; number != 100; ++number)
    digits_[static_cast<std::size_t>(number)] = single_token(tokenizer, detail::two_digits(number));
  // Of every century the years that are [XX][YY].
  std::vector<std::vector<int>> years;
  for (int century = options.first_century; century <= options.last_century; ++century) {
    std::vector<int>& found = years.emplace_back();
    const Tokens alone = tokenizer.encode(" " + detail::two_digits(century));
    for (int year = 2; year <= 98; ++year) {
      const Tokens tokens = tokenizer.encode(" " + detail::two_digits(century) + detail::two_digits(year));
      if (alone.size() == 1 && tokens.size() == 2 && tokens[0] == alone[0] &&
          tokens[1] == digits_[static_cast<std::size_t>(year)])
        found.push_back(year);
    }
    if (found.empty())
      throw Error("this tokenizer has no year of the ", century,
                  "00s as two tokens of two digits each: the task is not for it");
  }
  static const char* const nouns[] = {"war", "voyage", "drought", "journey", "strike", "reign", "feud", "search"};
  for (std::size_t i = 0; i != options.count; ++i) {
    const auto drawn = [&](std::size_t index, std::size_t choices) {
      return static_cast<std::size_t>(uniform(options.random, i, Purpose::data, index) * static_cast<double>(choices));
    };
    const std::size_t century = drawn(1, years.size());
    const int year = years[century][drawn(2, years[century].size())];
    const std::string xx = detail::two_digits(options.first_century + static_cast<int>(century));
    const std::string text = std::string("The ") + nouns[drawn(0, std::size(nouns))] + " went on from the year " + xx +
                             detail::two_digits(year) + " to the year " + xx;
    const Tokens tokens = tokenizer.encode(text);
    prompts_.push_back({text, (tokenizer.bos() ? tokens.with_bos() : tokens).ids(), year});
  }
}

}  // namespace TL_NAMESPACE
