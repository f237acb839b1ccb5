// An SAE in a running model: its features, its reconstruction in place of the values, one feature ablated.
#include <cstdio>
#include <iostream>
#include <tl/tl.hpp>
using namespace tl::literals;

// Hook point, widths, activation and residual basis are the type: where they do not fit it does not compile.
using Mine = tl::Sae<"blocks.3.hook_resid_post", 256, 64, tl::sae_activation::TopK<8>>;

int main(int argc, char** argv) try {
  const auto model = tl::load<tl::tinystories_6l>("models/tinystories-6l");
  const auto sae = tl::load_sae<Mine>(argc > 1 ? argv[1] : "tests/data/saes/example");  // refuses one that is not Mine
  const auto tokens = model.prompt("Once upon a time, Lily had a red ball.");

  const auto run = model.run(tokens, tl::capture<"blocks.3.hook_resid_post">());
  const tl::Encoded encoded = sae.encode(run["blocks.3.hook_resid_post"_hook]);
  const std::size_t last = encoded.features.rows() - 1;
  std::printf("features of the last token:");
  for (std::size_t i = 0; i != encoded.features.indices_of(last).size(); ++i)
    std::printf(" %u: %.2f", encoded.features.indices_of(last)[i], double{encoded.features.values_of(last)[i]});

  const std::size_t feature = encoded.features.indices_of(last)[0];
  std::printf("\nloss %.3f, spliced %.3f, with the error term and feature %zu ablated %.3f\n", model.loss(tokens),
              model.loss(tokens, tl::splice(sae).where(tl::not_first)), feature,
              model.loss(tokens, tl::edit_features(sae, {tl::ablate_feature(feature)}).where(tl::not_first)));
} catch (const tl::Error& error) {
  std::cerr << error.what() << '\n';
  return 2;
}
