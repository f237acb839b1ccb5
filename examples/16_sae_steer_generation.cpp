// Steering with a feature while a story is told: its decoder row added, or the feature held at a value.
#include <iostream>
#include <tl/tl.hpp>

using Mine = tl::Sae<"blocks.3.hook_resid_post", 256, 64, tl::sae_activation::TopK<8>>;

int main(int argc, char** argv) try {
  const auto model = tl::load<tl::tinystories_6l>("models/tinystories-6l");
  const auto sae = tl::load_sae<Mine>(argc > 1 ? argv[1] : "tests/data/saes/example");
  const std::size_t feature = 5;
  const char* const prompt = "One day, Tom";
  const tl::GenerateOptions options{.max_new_tokens = 40, .sampling = {.temperature = 0.5, .seed = 3}};

  std::cout << prompt << model.generate(prompt, options) << "\n\n";
  // A direction like any other: it knows where it is added, and in which basis.
  std::cout << prompt << model.generate(prompt, options, tl::steer(sae.direction(feature), 6).where(tl::not_first)) << "\n\n";
  // The feature at 6 wherever it was, in what is generated only; everything else of the stream stays.
  std::cout << prompt
            << model.generate(prompt, options,
                              tl::edit_features(sae, {tl::clamp_feature(feature, 6)}).where(tl::generated_only))
            << '\n';
} catch (const tl::Error& error) {
  std::cerr << error.what() << '\n';
  return 2;
}
