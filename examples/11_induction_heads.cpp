// Induction heads: found by what they attend to, and proved by what the model cannot do without them.
#include <cstdio>
#include <iostream>
#include <tl/tl.hpp>

int main(int argc, char** argv) try {
  const auto model = tl::load<tl::tinystories_6l>(argc > 1 ? argv[1] : "models/tinystories-6l");
  // A BOS, then fifty random tokens twice.
  const tl::RepeatedTokens tokens(model.config().d_vocab, {.length = 50, .bos = model.tokenizer().bos()});
  const auto show = [](const char* what, const tl::HeadScores& scores) {
    std::printf("%-32s", what);
    const auto heads = tl::ranked(scores);
    for (std::size_t i = 0; i != 4; ++i)
      std::printf("  %zu.%zu %5.2f", heads[i].at.layer, heads[i].at.head, double{heads[i].score});
    std::printf("\n");
    return heads.front().at;
  };

  // Scores are added up while the model runs: no pattern is kept. Any callable of (query, key, tokens) is a pattern.
  const auto previous = show("attends to the token before", tl::detect_heads(model, tokens, tl::previous_token));
  show("attends to the same token", tl::detect_heads(model, tokens, tl::duplicate_token));
  show("attends to the first position", tl::detect_heads(model, tokens, [](std::size_t query, std::size_t key, auto) {
         return query != 0 && key == 0 ? 1.f : 0.f;
       }));
  const auto induction = show("attends to what followed it", tl::induction_scores(model, tokens));
  show("what its ablation costs, nats", tl::ablation_effects(model, tokens));

  const auto losses = tl::copy_losses(model, tokens);
  std::printf("loss %.2f on the first copy, %.2f on the second\n", losses.first, losses.second);
  auto cut = tl::cut_path(model, previous, induction, tl::HeadInput::k);
  std::printf("%.2f where the keys of %zu.%zu do not see what %zu.%zu wrote\n",
              tl::copy_losses(model, tokens, {}, cut).second, induction.layer, induction.head, previous.layer,
              previous.head);
} catch (const tl::Error& error) {
  std::cerr << error.what() << '\n';
  return 2;
}
