// Steering: a direction between two texts, added to the residual stream of one layer while a story is told.
#include <iostream>
#include <tl/tl.hpp>
using namespace tl::literals;

int main(int argc, char** argv) try {
  const auto model = tl::load<tl::tinystories_6l>(argc > 1 ? argv[1] : "models/tinystories-6l");
  const char* const prompt = "One day, Lily";
  const tl::GenerateOptions options{.max_new_tokens = 60,
                                    .sampling = {.temperature = 0.5, .repetition_penalty = 1.2, .seed = 5}};

  // Knows where it was read, and in which basis: adding it where it does not fit does not compile.
  const auto v =
      tl::difference<"blocks.3.hook_resid_post">(model, "The boat sailed on the sea", "The girl sat in the house");

  std::cout << prompt << model.generate(prompt, options) << "\n\n";
  std::cout << prompt << model.generate(prompt, options, tl::steer(v, 0.4f).where(tl::not_first)) << "\n\n";

  // Streamed; the prompt left alone; and with what went on inside kept.
  std::cout << prompt;
  const auto told = model.generate(
      model.prompt(prompt), options, [](std::string_view piece) { std::cout << piece << std::flush; },
      tl::steer(v, 0.4f).where(tl::generated_only), tl::capture<"blocks.5.attn.hook_pattern">());
  std::cout << "\n\n" << told.tokens.size() << " tokens, " << told.run["blocks.5.attn.hook_pattern"_hook] << '\n';
} catch (const tl::Error& error) {
  std::cerr << error.what() << '\n';
  return 2;
}
