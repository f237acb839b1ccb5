// Circuits: what heads do, read from weights alone.
#include <cstdio>
#include <iostream>
#include <tl/tl.hpp>

int main(int argc, char** argv) try {
  const auto model = tl::load<tl::dynamic_gpt2, float, tl::Basis::centred>(argc > 1 ? argv[1] : "models/tinystories-6l",
                                                                           tl::WeightProcessing::standard());
  const tl::Config& c = model.config();

  // Do the keys of 5.4, the induction head, read what a head before writes?
  const auto k = tl::composition_scores(model, tl::Composition::k);
  const auto chance = tl::random_composition(c.d_model, c.d_head);
  std::printf("K-composition with 5.4, against %.3f +- %.3f by chance:\n", chance.mean, chance.deviation);
  for (std::size_t head = 0; head != c.n_head; ++head) std::printf("  4.%zu %.3f", head, k(4, head, 5, 4));

  // Its circuits, products of two thin matrices that are never multiplied out.
  const auto ov = tl::ov_circuit(model, 5, 4), qk = tl::qk_circuit(model, 5, 4);
  std::printf("\nnorm of OV %.1f, of QK %.1f\n", ov.norm(), qk.norm());

  // Does attending to a token raise that token? Not by 5.4 alone: it copies what earlier layers made of the token.
  const tl::CopyingScores copying = tl::copying_scores(model);
  for (const tl::HeadAt at : {tl::HeadAt{0, 0}, tl::HeadAt{5, 4}})
    std::printf("%zu.%zu: copying score %+.2f, a token's own mean rank is %.0f of %zu\n", at.layer, at.head,
                double{copying(at.layer, at.head)}, tl::token_copying(model, at.layer, at.head).mean_rank, c.d_vocab);

  // The directions it writes most along, in tokens.
  const auto written = tl::ov_directions(model, 5, 4, 2);
  const auto tokens = tl::vocabulary_projection(model, written.vectors, 8);
  for (std::size_t i = 0; i != 2; ++i) {
    std::printf("%.2f:", written.values[i]);
    for (std::size_t rank = 0; rank != 8; ++rank)
      std::printf(" %s", model.tokenizer().token_text(tokens.highest(i, rank).token).c_str());
    std::printf("\n");
  }
} catch (const tl::Error& error) {
  std::cerr << error.what() << '\n';
  return 2;
}
