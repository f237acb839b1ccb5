#pragma once
// The page of `tl generate --report`: what each token was drawn from.
#include <span>
#include <string>
#include <tl/core/token.hpp>
#include <vector>

#include "provenance.hpp"

namespace tl::app {

// The model's distribution before a token was drawn, and what the sampler divided its logits by.
struct DrawnFrom {
  double entropy, temperature;  // in nats
};

// Writes the page: each text with its tokens coloured by entropy, and both values along it.
void write_generation_report(const std::string& path, const Model& model, std::span<const std::vector<Token>> texts,
                             std::span<const std::vector<DrawnFrom>> steps, const nlohmann::ordered_json& made);

}  // namespace tl::app
