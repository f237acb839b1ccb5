#pragma once
#include <algorithm>
#include <numeric>
#include <tl/core/error.hpp>
#include <tl/core/philox.hpp>
#include <tl/sae/training_text.hpp>

namespace TL_NAMESPACE {

TL_INLINE TrainingText::TrainingText(const Tokenizer& tokenizer, std::string_view text, std::string_view name,
                                     const TrainingTextOptions& options)
    : options_(options) {
  const std::size_t before = options.prepend_bos ? 1 : 0, excluded = options.exclude_first_position ? 1 : 0;
  if (options.context_size <= std::max(before, excluded))
    throw Error("a context of ", options.context_size, " tokens leaves none to train on");
  if (options.prepend_bos && !tokenizer.bos())
    throw Error("the tokenizer has no BOS to put in front of documents: train without one");
  constexpr std::string_view blank = " \t\r\n";
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t end = options.separator.empty() ? rest.npos : rest.find(options.separator);
    std::string_view document = rest.substr(0, end);
    rest = end == rest.npos ? std::string_view() : rest.substr(end + options.separator.size());
    document.remove_prefix(std::min(document.find_first_not_of(blank), document.size()));
    document = document.substr(0, document.find_last_not_of(blank) + 1);
    const Tokens ids = tokenizer.encode(document);
    const std::size_t most = options.context_size - before;
    for (std::size_t first = 0; first < ids.size(); first += most) {
      const std::size_t count = std::min(most, ids.size() - first);
      if (count + before <= excluded) continue;
      if (options.prepend_bos) tokens_.push_back(*tokenizer.bos());
      tokens_.insert(tokens_.end(), ids.begin() + static_cast<std::ptrdiff_t>(first),
                     ids.begin() + static_cast<std::ptrdiff_t>(first + count));
      ends_.push_back(tokens_.size());
    }
  }
  if (tokens_.empty()) throw Error("'", name, "' has no text");
  if (tokens_.size() < options.context_size)
    throw Error("'", name, "' has ", tokens_.size(), " tokens: less than one context of ", options.context_size);
}

TL_INLINE std::vector<Token> TrainingText::piece(std::uint64_t number) const {
  // A permutation without a table: a Feistel network of four rounds over the least power of 4 that has room, walked
  // until it falls on a piece (Black and Rogaway: Ciphers with arbitrary finite domains, 2002).
  const std::uint64_t count = ends_.size(), time = number / count;
  unsigned half = 1;
  while (std::uint64_t{1} << 2 * half < count) ++half;
  const std::uint64_t mask = (std::uint64_t{1} << half) - 1;
  std::uint64_t place = number % count;
  do {
    std::uint64_t left = place >> half, right = place & mask;
    for (std::uint32_t round = 0; round != 4; ++round) {
      const PhiloxCounter bits = random_bits({options_.seed, time}, round + 1, Purpose::data, right);
      left ^= bits[0] & mask;
      std::swap(left, right);
    }
    place = left << half | right;
  } while (place >= count);
  const std::size_t first = place == 0 ? 0 : ends_[place - 1];
  return {tokens_.begin() + static_cast<std::ptrdiff_t>(first),
          tokens_.begin() + static_cast<std::ptrdiff_t>(ends_[place])};
}

}  // namespace TL_NAMESPACE
