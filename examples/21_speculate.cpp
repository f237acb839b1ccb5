// Speculation: the text of generate(), in fewer passes of the model.
#include <cstdio>
#include <iostream>
#include <tl/tl.hpp>

int main(int argc, char** argv) try {
  const auto model = tl::load<tl::dynamic_gpt2>(argc > 1 ? argv[1] : "models/tinystories-6l");
  const tl::Gpt2<tl::dynamic_gpt2>& network = model;
  const auto tokens = model.prompt("Tick tock, tick tock, tick tock, tick tock, tick tock,");
  const tl::Prompt prompt{tokens};
  const tl::GenerateOptions options{.max_new_tokens = 80, .sampling = {.temperature = 0}};
  const tl::Sampler pick(options.sampling);
  const auto alone = tl::generate(network, std::span(&prompt, 1), options, pick, tl::OnToken{});

  // f(name, draft) for two drafts: what followed the same words before, and the model's own first layers.
  const auto with = [&](const char* name, auto& draft) {
    const auto told = tl::speculate(network, std::span(&prompt, 1), draft, tl::Match{}, {options}, pick, {}, {});
    std::printf("%-12s %5.2f tokens a step, %s text; the draft was turned off %zu times\n", name,
                told.tokens_per_step(), told.texts[0].tokens == alone.texts[0].tokens ? "the same" : "another",
                told.payoff.turned_off());
  };
  tl::PromptLookup lookup;
  with("lookup", lookup);
  auto layers =
      tl::model_draft<tl::Deterministic>(tl::first_layers(network, 3), tl::ConfidentGrowth({.size = 8, .depth = 4}));
  with("three layers", layers);
} catch (const tl::Error& error) {
  std::cerr << error.what() << '\n';
  return 2;
}
