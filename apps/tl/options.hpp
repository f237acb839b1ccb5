#pragma once
// Options as every command declares them: each takes exactly one word, whatever it looks like, and says what is wrong
// with it in one sentence. CLI11 stays behind options.cpp (it costs 6 s to compile with).
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace tl::app {

class Options {
 public:
  // A new subcommand of the program. The footer ends its help.
  Options(CLI::App& program, const std::string& command, const std::string& description, const std::string& footer);

  // The variables must live until the command line is read; `value` names the option's value in the help.
  void text(const std::string& name, std::string& text, const std::string& value, const std::string& help);
  // One word, or none where the option is absent.
  void optional(const std::string& name, std::vector<std::string>& texts, const std::string& value,
                const std::string& help);
  // One word, or none, which stands for `implied`.
  void implied(const std::string& name, std::string& text, const std::string& implied, const std::string& value,
               const std::string& help);
  // May be given several times.
  void texts(const std::string& name, std::vector<std::string>& texts, const std::string& value,
             const std::string& help);
  void number(const std::string& name, int& number, const std::string& value, const std::string& help);
  void number(const std::string& name, std::uint64_t& number, const std::string& value, const std::string& help);
  void number(const std::string& name, double& number, const std::string& value, const std::string& help);
  void flag(const std::string& name, bool& on, const std::string& help);
  void json(bool& json) { flag("--json", json, "Print JSON, for programs"); }

  CLI::App* command() { return app_; }

 private:
  CLI::App* app_;
};

}  // namespace tl::app
