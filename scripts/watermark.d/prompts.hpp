#pragma once
// What the texts of these programs begin with.
#include <algorithm>
#include <fstream>
#include <string>
#include <tl/core/error.hpp>
#include <tl/core/token.hpp>
#include <vector>

// The first 12 tokens of each story of a file, one a line; the BOS is one of them.
template <class Model>
std::vector<std::vector<tl::Token>> read_prompts(const Model& model, const char* path) {
  std::ifstream file(path);
  std::vector<std::vector<tl::Token>> prompts;
  for (std::string line; std::getline(file, line);) {
    if (line.find(' ') == line.npos) continue;
    std::vector<tl::Token> tokens = model.prompt(line).ids();
    tokens.resize(std::min<std::size_t>(tokens.size(), 12));
    prompts.push_back(std::move(tokens));
  }
  if (prompts.empty()) throw tl::Error("there are no stories in ", path);
  return prompts;
}
