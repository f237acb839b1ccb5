// A watermark: a story in which tokens that are green under a key come more often than they should, and who finds it.
#include <cstdio>
#include <iostream>
#include <tl/tl.hpp>

int main(int argc, char** argv) try {
  const auto model = tl::load<tl::tinystories_6l>(argc > 1 ? argv[1] : "models/tinystories-6l");
  // The key, what a list depends on, and which share of the tokens is on it. Writer and detector take the same value.
  const tl::WatermarkScheme scheme{15485863, tl::LeftHash<1>{}, tl::BernoulliList{0.25}};
  const tl::GenerateOptions marked{.max_new_tokens = 200,
                                   .sampling = {.seed = 1, .first_stage = tl::Watermark{scheme, 2.0}}};
  const tl::GenerateOptions plain{.max_new_tokens = 200, .sampling = {.seed = 1}};

  const char* const prompt = "One day, Lily";
  const tl::WatermarkDetector detector{scheme};
  for (const auto& options : {marked, plain}) {
    const std::string story = model.generate(prompt, options);
    const auto found = detector.detect(model.encode(story));
    std::cout << prompt << story << "\n\n";
    std::printf("%zu of %zu scored tokens are green, z %.2f", found.green, found.scored, found.z);
    if (found.p_value) std::printf(", p %.2g\n\n", *found.p_value);
    else std::puts(": too short to decide\n");
  }

  // As a list of types: self-hashed lists of exactly a quarter of the vocabulary, and only where there is a choice.
  const tl::WatermarkScheme other{15485863, tl::SelfHash<3>{}, tl::ExactList{0.25, model.config().d_vocab},
                                  tl::EntropyGate{0.9}};
  const tl::Pipeline pick{tl::Watermark{other, 2.0}, tl::Temperature{0.9}, tl::Multinomial{}};
  const auto tokens = model.prompt(prompt);
  const tl::Prompt one{tokens};
  std::cout << model.decode(tl::generate(model, std::span(&one, 1), plain, pick, {}).texts[0].tokens) << '\n';
} catch (const tl::Error& error) {
  std::cerr << error.what() << '\n';
  return 2;
}
