// The logit lens: what the residual stream already says of the next token, layer by layer.
#include <cstdio>
#include <iostream>
#include <tl/tl.hpp>

int main(int argc, char** argv) try {
  const auto model = tl::load<tl::tinystories_6l>(argc > 1 ? argv[1] : "models/tinystories-6l");
  const auto prompt = model.prompt("The cat sat on the mat. Then the cat saw a big dog and ran");

  // Rows are what enters each layer, then what leaves the last: the model's own output, to the bit.
  const tl::LogitLens lens = tl::logit_lens(model, prompt, {.top_count = 3});
  const auto word = [&](std::size_t layer, std::size_t pos, std::size_t rank) {
    return model.tokenizer().token_text(lens.top(layer, pos, rank).token);
  };
  const std::size_t last = prompt.size() - 1;
  for (std::size_t layer = 0; layer != lens.rows(); ++layer) {
    std::printf("%-10s  %5.2f nats from the output  agrees at %3.0f %% of positions ", lens.labels[layer].c_str(),
                double{lens.kl(layer, last)}, 100 * lens.agreement(layer));
    for (std::size_t rank = 0; rank != 3; ++rank) std::printf("  \"%s\"", word(layer, last, rank).c_str());
    std::printf("\n");
  }
  std::printf("\nfrom which row on the final token is the likeliest:\n");
  for (std::size_t pos = last - 7; pos <= last; ++pos)
    std::printf("%8s -> %-8s %s\n", model.tokenizer().token_text(prompt[pos]).c_str(),
                word(lens.rows() - 1, pos, 0).c_str(), lens.labels[lens.first_layer(pos)].c_str());
} catch (const tl::Error& error) {
  std::cerr << error.what() << '\n';
  return 2;
}
