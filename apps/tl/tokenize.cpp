// tl tokenize: text as tokens.
#include <nlohmann/json.hpp>

#include "command.hpp"
#include "model.hpp"
#include "read_text.hpp"
#include "standard_output.hpp"
#include "table.hpp"

namespace tl::app {

namespace {

struct Settings {
  ModelOptions model;
  std::vector<std::string> text;  // one, or none: standard input
  bool json = false;
};

void run(const Settings& settings) {
  const Tokenizer tokenizer = Tokenizer::load(settings.model.path());
  const std::string text = settings.text.empty() ? read_text(stdin, "standard input") : settings.text.front();
  const Tokens tokens = tokenizer.encode(text, Special::parse);
  if (settings.json) {
    auto texts = nlohmann::ordered_json::array();
    for (const Token token : tokens) texts.push_back(tokenizer.decode(std::span(&token, 1)));
    return put_json({{"ids", tokens.ids()}, {"tokens", texts}});
  }
  Table table({">position", ">id", "token"});
  for (std::size_t i = 0; i != tokens.size(); ++i)
    table.add({std::to_string(i), std::to_string(tokens[i]), "\"" + tokenizer.token_text(tokens[i]) + "\""});
  put(table.text());
}

}  // namespace

Command tokenize(CLI::App& program) {
  Options options(
      program, "tokenize", "Text as tokens; special tokens are recognised, no BOS is added",
      "The folder needs only the files of a tokenizer.\n\nExample:\n  tl tokenize --text 'Once upon a time'");
  const auto settings = std::make_shared<Settings>();
  settings->model.declare_folder(options);
  options.optional("--text", settings->text, "TEXT", "The text (default: standard input)");
  options.json(settings->json);
  return {options.command(), [settings](const Arguments&) { run(*settings); }};
}

}  // namespace tl::app
