#pragma once
// What a stream is to the person at the other end.
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <string_view>

namespace tl::app {

inline bool is_terminal(int descriptor) { return ::isatty(descriptor) == 1; }

// Colours are for terminals, and not where NO_COLOR (https://no-color.org) is set.
inline bool has_colours(int descriptor) {
  const char *no_color = std::getenv("NO_COLOR"), *term = std::getenv("TERM");
  return is_terminal(descriptor) && (no_color == nullptr || *no_color == '\0') &&
         (term == nullptr || std::string_view(term) != "dumb");
}

inline std::string faint(std::string_view text) {
  return has_colours(STDOUT_FILENO) ? "\x1b[2m" + std::string(text) + "\x1b[0m" : std::string(text);
}

}  // namespace tl::app
