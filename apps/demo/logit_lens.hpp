#pragma once
// The logit lens (nostalgebraist 2020): what the model would say if the blocks from some layer on were left out.
#include <algorithm>
#include <string>
#include <tl/kernels/softmax.hpp>
#include <vector>

#include "model.hpp"

namespace tl::demo {

struct Guess {
  Token token;
  float probability;
};

struct LensRow {
  std::size_t layer;           // the block that the residual enters; n_layer: it leaves the last
  std::vector<Guess> guesses;  // one a position
};

// The most probable token at each position from what enters each block, and from what leaves the last: that residual
// through the final LayerNorm, with the scale it has itself, and the unembedding.
inline std::vector<LensRow> logit_lens(const Model& model, std::span<const Token> tokens) {
  const Config& config = model.config();
  const auto& weights = model.weights();
  const std::size_t rows = tokens.size();
  constexpr int threads = 1;
  std::vector<float> normalized(rows * config.d_model), probabilities(rows * config.d_vocab);
  std::vector<LensRow> lens;
  const auto run = model.run(tokens, RunOptions{threads}, capture<"blocks.*.hook_resid_pre">(),
                             capture<"blocks.5.hook_resid_post">());
  run.for_each([&](const std::string&, auto resid) {
    kernels::layer_norm(resid.data(), weights.ln_final.w, weights.ln_final.b, rows, config.d_model,
                        config.layer_norm_epsilon, normalized.data(), threads);
    kernels::linear({normalized.data(), config.d_model, rows}, weights.w_u, weights.b_u,
                    {probabilities.data(), config.d_vocab}, {}, threads);
    kernels::softmax(probabilities.data(), rows, config.d_vocab, probabilities.data(), threads);
    LensRow& row = lens.emplace_back(LensRow{lens.size(), {}});
    for (auto first = probabilities.begin(); first != probabilities.end();) {
      const auto last = first + static_cast<std::ptrdiff_t>(config.d_vocab), best = std::max_element(first, last);
      row.guesses.push_back({static_cast<Token>(best - first), *best});
      first = last;
    }
  });
  return lens;
}

}  // namespace tl::demo
