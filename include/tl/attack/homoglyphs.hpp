#pragma once
// Texts that look the same and are other characters. normalise_homoglyphs undoes both.
#include <string>
#include <string_view>
#include <tl/attack/through_text.hpp>
#include <tl/text/homoglyphs.hpp>

namespace TL_NAMESPACE {

// Each letter that has a Cyrillic look-alike becomes it with probability `share`.
class Homoglyphs {
 public:
  // Throws Error unless share is from 0 to 1.
  explicit Homoglyphs(double share) : share_(detail::checked_share(share, "letters to exchange")) {}

  std::string operator()(std::string_view text, RandomKey key) const {
    std::string result;
    for (std::size_t i = 0; i != text.size(); ++i) {
      const std::string_view other = look_alike(text[i]);
      if (!other.empty() && AttackNumbers(key, i).uniform() < share_) result += other;
      else result += text[i];
    }
    return result;
  }

 private:
  double share_;
};

// Behind each ASCII letter comes, with probability `share`, a zero-width space.
class ZeroWidth {
 public:
  // Throws Error unless share is from 0 to 1.
  explicit ZeroWidth(double share) : share_(detail::checked_share(share, "letters to part")) {}

  std::string operator()(std::string_view text, RandomKey key) const {
    std::string result;
    for (std::size_t i = 0; i != text.size(); ++i) {
      result += text[i];
      const char lower = static_cast<char>(text[i] | 0x20);
      if (lower >= 'a' && lower <= 'z' && AttackNumbers(key, i).uniform() < share_) result += "\u200B";
    }
    return result;
  }

 private:
  double share_;
};

}  // namespace TL_NAMESPACE
