#pragma once
// Standard output, checked: what cannot be written is an error, not lost.
#include <nlohmann/json_fwd.hpp>
#include <string_view>

namespace tl::app {

// Thrown where the reader of a pipe has gone: the program ends without a word.
struct ReaderGone {};

// Throws Error, or ReaderGone.
void put(std::string_view text);
// One line. Text that is not UTF-8 becomes U+FFFD.
void put_json(const nlohmann::ordered_json& json);
// Nothing is sure to be written before this returns.
void flush_output();

}  // namespace tl::app
