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

// As it is typed: "tl", "tl lens", "tl sae eval".
inline std::string name_of(const CLI::App& app) {
  return app.get_parent() ? name_of(*app.get_parent()) + " " + app.get_name() : app.get_name();
}

// A word where one of the commands is wanted, or none.
inline Error no_command(const CLI::App& app, std::string_view word, const std::vector<std::string>& commands) {
  const std::string family = app.get_parent() ? name_of(app) + " " : "", help = " (" + name_of(app) + " --help ";
  if (!word.empty())
    return Error("there is no command `", family, word, "`; the nearest is `", family, nearest(word, commands), "`",
                 help, "lists them)");
  std::string list;
  for (const std::string& name : commands) list += (list.empty() ? "" : ", ") + name;
  return Error(family.empty() ? "there is no command: give " : family + "is followed by a command: give ", list, help,
               "says more)");
}

// A word that the options of the command, or of the program, left over.
inline Error unexpected_word(const CLI::App& app, const std::string& word) {
  if (!word.starts_with("-")) return Error("`", word, "` belongs to no option of ", name_of(app));
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  const std::string written = word.substr(0, word.find('='));
  return Error("there is no option `", written, "`", app.get_parent() ? " of " + name_of(app) : "",
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
