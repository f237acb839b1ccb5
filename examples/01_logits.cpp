// Logits: what the model expects next, and how well it knew what came.
#include <cstdio>
#include <iostream>
#include <tl/tl.hpp>

int main(int argc, char** argv) try {
  const auto model = tl::load<tl::tinystories_6l>(argc > 1 ? argv[1] : "models/tinystories-6l");
  const auto tokens = model.encode("Once upon a time, there was a little").with_bos();

  const auto logits = model(tokens);  // Tensor<float, pos, d_vocab>, one row a token
  std::cout << logits << '\n';

  // Probabilities after the last token, and the most probable words.
  auto next = tl::clone(logits(tokens.size() - 1));
  tl::kernels::softmax(next.data(), 1, next.size(), next.data(), 1);
  for (int word = 0; word != 5; ++word) {
    const auto best = std::ranges::max_element(next.values());
    const auto token = static_cast<tl::Token>(best - next.values().begin());
    std::printf("%6.2f %%  %s\n", 100 * double{*best}, model.decode({&token, 1}).c_str());
    *best = 0;
  }

  std::printf("loss %.3f nats a token\n", model.loss(tokens));
} catch (const tl::Error& error) {
  std::cerr << error.what() << '\n';
  return 2;
}
