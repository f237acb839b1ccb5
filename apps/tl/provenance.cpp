#include "provenance.hpp"

#include <nlohmann/json.hpp>
#include <string>
#include <tl/kernels/instruction_set.hpp>

namespace tl::app {

namespace {
// A word as a POSIX shell reads it back.
std::string quoted(const std::string& word) {
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./,:=+@%-";
  if (!word.empty() && word.find_first_not_of(plain) == word.npos) return word;
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}
}  // namespace

nlohmann::ordered_json with_words(const Model& model, std::span<const Token> tokens) {
  return {{"ids", std::vector<Token>(tokens.begin(), tokens.end())}, {"tokens", model.tokens(tokens)}};
}

nlohmann::ordered_json provenance(const Arguments& arguments) {
  std::string command;
  for (const std::string& word : arguments) command += (command.empty() ? "" : " ") + quoted(word);
  return {{"command", command}, {"tl", TL_VERSION}, {"instruction_set", kernels::name(kernels::instruction_set())}};
}

nlohmann::ordered_json provenance(const Arguments& arguments, const Model& model,
                                  std::span<const std::vector<Token>> prompts) {
  auto of_prompts = nlohmann::ordered_json::array();
  for (const std::vector<Token>& prompt : prompts) of_prompts.push_back(with_words(model, prompt));
  nlohmann::ordered_json json = provenance(arguments);
  json.update({{"model", {{"folder", model.folder()}, {"hash", model.hash()}}},
               {"storage", model.dtype()},
               {"processing", to_string(model.processing())},
               {"threads", model.run_options().resolved_threads()},
               {"seed", nullptr},
               {"prompts", of_prompts}});
  return json;
}

std::vector<std::pair<std::string, std::string>> table_of(const nlohmann::ordered_json& provenance) {
  std::vector<std::pair<std::string, std::string>> rows;
  for (const auto& [key, value] : provenance.items())
    rows.emplace_back(key, value.is_string()
                               ? value.get<std::string>()
                               : value.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
  return rows;
}

}  // namespace tl::app
