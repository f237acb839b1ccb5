#pragma once
// Pieces of a text put into another.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <tl/attack/attack.hpp>
#include <utility>

namespace TL_NAMESPACE {

// As many tokens as before, `share` of them from the text, in so many pieces of equal length; what is between them is
// of the other text, in order. Where the pieces are cut out and put in chance decides (Kirchenbauer et al., "On the
// reliability of watermarks for large language models", 2024: copy-paste).
class CopyPaste {
 public:
  // Throws Error unless share is from 0 to 1 and there is a piece.
  CopyPaste(std::vector<Token> other, std::size_t pieces, double share)
      : other_(std::move(other)), pieces_(pieces), share_(detail::checked_share(share, "tokens to paste")) {
    if (pieces == 0) throw Error("a text cannot be pasted in 0 pieces: give 1 or more");
  }

  // Throws Error where the other text is too short to fill what is left, or the text to be cut into the pieces.
  std::vector<Token> operator()(const AttackedText& text, RandomKey key) const {
    const std::size_t size = text.tokens.size();
    const auto kept = static_cast<std::size_t>(std::llround(share_ * static_cast<double>(size)));
    const std::size_t filled = size - kept;
    if (size < pieces_) throw Error("a text of ", size, " tokens cannot be cut into ", pieces_, " pieces");
    if (other_.size() < filled)
      throw Error("the text to paste into has ", other_.size(), " tokens, and ", filled, " are needed");

    AttackNumbers numbers(key, 0);
    const auto below = [&](std::size_t n) { return detail::one_of(n, numbers.uniform()); };
    std::vector<std::size_t> gaps(pieces_);  // how many tokens of the other text come before each piece
    for (std::size_t& gap : gaps) gap = below(filled + 1);
    std::ranges::sort(gaps);
    const std::size_t from = below(other_.size() - filled + 1);
    std::vector<Token> result;
    auto fill = [&, used = std::size_t{0}](std::size_t end) mutable {
      for (; used != end; ++used) result.push_back(other_[from + used]);
    };
    for (std::size_t piece = 0; piece != pieces_; ++piece) {
      fill(gaps[piece]);
      // A piece is cut out of its own part of the text.
      const std::size_t first = size * piece / pieces_, end = size * (piece + 1) / pieces_;
      const std::size_t length = kept * end / size - kept * first / size;
      const auto cut = text.tokens.subspan(first + below(end - first - length + 1), length);
      result.insert(result.end(), cut.begin(), cut.end());
    }
    fill(size - result.size() + gaps.back());
    return result;
  }

 private:
  std::vector<Token> other_;
  std::size_t pieces_;
  double share_;
};

}  // namespace TL_NAMESPACE
