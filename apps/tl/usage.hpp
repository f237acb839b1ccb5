#pragma once
// The command line as a sentence where it is wrong: CLI11's findings in this program's words.
#include <CLI/App.hpp>
#include <CLI/Error.hpp>
#include <string>
#include <string_view>
#include <tl/core/error.hpp>
#include <tl/hooks/name.hpp>
#include <vector>

namespace tl::app {

inline std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  std::string best;
  for (const std::string& candidate : candidates)
    if (best.empty() || detail::edit_distance(word, candidate) < detail::edit_distance(word, best)) best = candidate;
  return best;
}

inline Error no_command(std::string_view word, const std::vector<std::string>& commands) {
  return Error("there is no command `", word, "`; the nearest is `", nearest(word, commands),
               "` (tl --help lists them)");
}

// A word that the options of the command, or of the program, left over.
inline Error unexpected_word(const CLI::App& app, const std::string& word) {
  if (!word.starts_with("-")) return Error("`", word, "` belongs to no option of tl ", app.get_name());
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  const std::string written = word.substr(0, word.find('='));
  return Error("there is no option `", written, "`", app.get_parent() ? " of tl " + app.get_name() : "",
               "; the nearest is `", nearest(written, names), "`");
}

inline Error usage_error(const CLI::ParseError& error) {
  const std::string message = error.what(), option = message.substr(0, message.find_first_of(": "));
  if (message.ends_with("missing")) return Error(option, " needs a value");
  if (message.find(": At Most 1 required") != message.npos) return Error(option, " is given more than once");
  if (message.ends_with("flag override")) return Error("--", option, " takes no value");
  return Error("the command line is wrong: ", message);
}

}  // namespace tl::app
