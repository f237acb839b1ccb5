#pragma once
// The language of skeletons: "1. Two words\n2. Three more words\n", numbers in order, words between single spaces.
#include <cstddef>
#include <string>
#include <string_view>
#include <tl/core/error.hpp>
#include <tl/core/namespace.hpp>

namespace TL_NAMESPACE {

// Skeletons have 3 to 10 points of 3 to 5 words (Ning et al., "Skeleton-of-Thought", 2023, section 2.1).
struct NumberedListLimits {
  std::size_t min_points = 3, max_points = 10;
  std::size_t min_words = 3, max_words = 5;  // a point
  std::size_t max_word_bytes = 20;           // so that a model that never ends a word ends the list nevertheless
};

// An automaton over bytes (decode/constraint.hpp). A point begins with a letter; a word is of letters, digits,
// apostrophes and hyphens, characters of several bytes whole, and one mark of punctuation at its end.
class NumberedList {
 public:
  // Throws Error unless 1 <= min <= max of each pair, and a word has room for a character.
  explicit NumberedList(NumberedListLimits limits = {}) : limits_(limits) {
    const auto check = [](std::size_t least, std::size_t most, const char* what) {
      if (least == 0 || least > most)
        throw Error("a skeleton of ", least, " to ", most, " ", what,
                    " cannot be written: at least 1, and no more than the most");
    };
    check(limits.min_points, limits.max_points, "points");
    check(limits.min_words, limits.max_words, "words a point");
    if (limits.max_word_bytes < 4)
      throw Error("words of ", limits.max_word_bytes, " bytes have no room for a character");
  }

  // Whether a list can go on with the byte.
  bool push(char character) {
    const auto byte = static_cast<unsigned char>(character);
    if (more_bytes_ != 0) {
      if ((byte & 0xC0) != 0x80) return false;
      --more_bytes_;
      return true;
    }
    switch (place_) {
      case Place::number: {
        const std::string wanted = std::to_string(points_ + 1) + ". ";
        if (points_ == limits_.max_points || character != wanted[at_++]) return false;
        if (at_ == wanted.size()) place_ = Place::point;
        return true;
      }
      case Place::point:
        if (!is_letter(byte)) return false;
        words_ = 0;
        return begin_word(byte);
      case Place::word:
        return begin_word(byte);
      case Place::in_word:
        break;
    }
    if (character == '\n') {
      if (words_ < limits_.min_words) return false;
      ++points_;
      at_ = 0;
      place_ = Place::number;
      return true;
    }
    if (character == ' ') {
      place_ = Place::word;
      return words_ < limits_.max_words;
    }
    return add(byte);
  }
  // At the beginning of a line, with points enough.
  bool may_end() const { return place_ == Place::number && at_ == 0 && points_ >= limits_.min_points; }

  std::size_t points() const { return points_; }  // that are complete

 private:
  enum class Place { number, point, word, in_word };

  static bool is_letter(unsigned char byte) {
    return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') || byte >= 0x80;
  }
  bool begin_word(unsigned char byte) {
    ++words_;
    word_bytes_ = 0;
    last_ = 0;
    place_ = Place::in_word;
    return add(byte);
  }
  // A character of a word, or its first byte. Punctuation ends a word, and so does a capital behind a small letter: a
  // model that may not begin another word would else write on in the same.
  bool add(unsigned char byte) {
    constexpr std::string_view inner = "'-", closing = ".,;:!?";
    const std::size_t length = byte < 0x80   ? 1
                               : byte < 0xC2 ? 0
                               : byte < 0xE0 ? 2
                               : byte < 0xF0 ? 3
                               : byte < 0xF5 ? 4
                                             : 0;
    const auto character = static_cast<char>(byte);
    const bool capital = byte >= 'A' && byte <= 'Z', closes = closing.find(character) != closing.npos,
               small_before = last_ >= 'a' && last_ <= 'z';
    if (length == 0 || closing.find(last_) != closing.npos || (capital && small_before)) return false;
    if (!is_letter(byte) && !(byte >= '0' && byte <= '9') &&
        (last_ == 0 || (!closes && inner.find(character) == inner.npos)))
      return false;
    word_bytes_ += length;
    more_bytes_ = length - 1;
    last_ = character;
    return closes || word_bytes_ <= limits_.max_word_bytes;
  }

  NumberedListLimits limits_;
  Place place_ = Place::number;
  std::size_t points_ = 0, words_ = 0, word_bytes_ = 0;
  char last_ = 0;               // of the word; 0 before it
  std::size_t at_ = 0;          // within the number
  std::size_t more_bytes_ = 0;  // of the character
};

}  // namespace TL_NAMESPACE
