#pragma once
// What made a file: enough to make it again.
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "command.hpp"
#include "model.hpp"

namespace tl::app {

// Ids with the words behind them: {"ids", "tokens"}.
nlohmann::ordered_json with_words(const Model& model, std::span<const Token> tokens);

// {"command", "tl", "instruction_set"}: of a file that no model made. The command is quoted for a shell.
nlohmann::ordered_json provenance(const Arguments& arguments);
// {"command", "tl", "instruction_set", "model": {"folder", "hash"}, "storage", "processing", "threads", "seed",
// "prompts"}. The seed is null where nothing is drawn.
nlohmann::ordered_json provenance(const Arguments& arguments, const Model& model,
                                  std::span<const std::vector<Token>> prompts);

// As names and values, for the end of a page: what is not a string as JSON.
std::vector<std::pair<std::string, std::string>> table_of(const nlohmann::ordered_json& provenance);

}  // namespace tl::app
