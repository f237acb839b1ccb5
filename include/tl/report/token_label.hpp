#pragma once
// Tokens as labels: whitespace that can be seen, nothing that breaks a line or its direction, known widths.
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <tl/core/namespace.hpp>

namespace TL_NAMESPACE::report {

// One line of text. Spaces at either end are shown as U+00B7, line feed, tab and carriage return by arrows anywhere;
// characters that are invisible or turn the direction of text by their code (\u202E), other control characters and
// bytes that are not UTF-8 as \xNN. Not reversible.
std::string token_label(std::string_view token);

// How many columns a label takes in a fixed-width font: wide characters (East Asian, emoji) two, combining ones none.
std::size_t columns(std::string_view label);
std::size_t widest(std::span<const std::string> labels);  // the most of any

// The label, or its beginning and an ellipsis where it takes more columns than that (at least one).
std::string shorten(std::string_view label, std::size_t most_columns);

// The label between U+2068 and U+2069, so that its direction does not rearrange the words around it.
inline std::string isolated(std::string_view label) { return "\u2068" + std::string(label) + "\u2069"; }

}  // namespace TL_NAMESPACE::report

#ifdef TL_HEADER_ONLY
#include <tl/report/token_label-inl.hpp>
#endif
