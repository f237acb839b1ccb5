#include "options.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "number.hpp"

namespace tl::app {

namespace {
template <class Number>
void add_number(CLI::App& app, const std::string& name, Number& number, const std::string& value,
                const std::string& help) {
  const auto parse = [&number, name](const std::string& word) { number = parse_number<Number>(word, name); };
  app.add_option_function<std::string>(name, parse, help)->option_text(value);
}
}  // namespace

Options::Options(CLI::App& program, const std::string& command, const std::string& description,
                 const std::string& footer)
    : app_(program.add_subcommand(command, description)) {
  // What is left over is for main to name.
  app_->allow_extras()->group("Commands")->footer(footer);
  app_->get_formatter()->column_width(36);
}

void Options::text(const std::string& name, std::string& text, const std::string& value, const std::string& help) {
  app_->add_option(name, text, help)->option_text(value);
}
void Options::optional(const std::string& name, std::vector<std::string>& texts, const std::string& value,
                       const std::string& help) {
  app_->add_option(name, texts, help)->allow_extra_args(false)->expected(1)->option_text(value);
}
void Options::implied(const std::string& name, std::string& text, const std::string& implied, const std::string& value,
                      const std::string& help) {
  const auto take = [&text, implied](const std::string& word) { text = word.empty() ? implied : word; };
  app_->add_option_function<std::string>(name, take, help)->expected(0, 1)->option_text(value);
}
void Options::texts(const std::string& name, std::vector<std::string>& texts, const std::string& value,
                    const std::string& help) {
  app_->add_option(name, texts, help)->allow_extra_args(false)->option_text(value);
}
void Options::number(const std::string& name, int& number, const std::string& value, const std::string& help) {
  add_number(*app_, name, number, value, help);
}
void Options::number(const std::string& name, std::uint64_t& number, const std::string& value,
                     const std::string& help) {
  add_number(*app_, name, number, value, help);
}
void Options::number(const std::string& name, double& number, const std::string& value, const std::string& help) {
  add_number(*app_, name, number, value, help);
}
void Options::flag(const std::string& name, bool& on, const std::string& help) {
  app_->add_flag(name, on, help)->disable_flag_override();
}

}  // namespace tl::app
