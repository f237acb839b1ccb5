// Attribution: which layers and heads say " her" rather than " him". The weights are processed while they are read, as
// TransformerLens does, so that no head adds a constant or a mean that LayerNorm takes away again.
#include <cstdio>
#include <iostream>
#include <tl/tl.hpp>

int main(int argc, char** argv) try {
  const auto model = tl::load<tl::dynamic_gpt2, float, tl::Basis::centred>(argc > 1 ? argv[1] : "models/tinystories-6l",
                                                                           tl::WeightProcessing::standard());
  const auto prompt = model.prompt("Lily was sad. Her mom came and hugged");
  const tl::LogitTarget target{.answer = tl::single_token(model.tokenizer(), " her"),
                               .foil = tl::single_token(model.tokenizer(), " him")};

  // Every row that wrote to the residual stream, seen through the run's own LayerNorm; here at the last position.
  const auto show = [&](const char* what, tl::Components components, std::size_t most) {
    const auto why = tl::logit_attribution(model, prompt, target, {.components = components, .where = tl::at{-1}});
    std::vector<std::size_t> order(why.labels.size());
    for (std::size_t i = 0; i != order.size(); ++i) order[i] = i;
    std::ranges::sort(order, std::ranges::greater(), [&](std::size_t i) { return std::abs(why.values(i, 0)); });
    std::printf("%s:", what);
    for (std::size_t i = 0; i != most; ++i)
      std::printf("  %s %+.2f", why.labels[order[i]].c_str(), double{why.values(order[i], 0)});
    std::printf("\n  all %zu together %+.4f\n", order.size(), why.sum(0));
  };
  show("layers", tl::Components::sublayers, 5);
  show("heads", tl::Components::heads, 5);
  show("neurons", tl::Components::neurons, 5);

  const auto logits = model(prompt)(prompt.size() - 1);
  std::printf("the model's logits: %+.4f\n", double{logits(static_cast<std::size_t>(target.answer))} -
                                                 double{logits(static_cast<std::size_t>(*target.foil))});
} catch (const tl::Error& error) {
  std::cerr << error.what() << '\n';
  return 2;
}
