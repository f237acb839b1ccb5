// Patchscopes: a state of one run put into another, which says in words what it makes of it.
#include <iostream>
#include <tl/tl.hpp>

int main(int argc, char** argv) try {
  const auto model = tl::load<tl::tinystories_6l>(argc > 1 ? argv[1] : "models/tinystories-6l");
  const auto source = model.prompt("The dog ran to Tom");
  const auto target = model.prompt("There was a little girl named Lily. One day, her mom said, \"Hello,");
  const tl::Token lily = model.encode(" Lily").ids().front();
  const auto slot = std::ranges::find(target, lily) - target.begin();
  const tl::GenerateOptions options{.max_new_tokens = 8, .sampling = {.temperature = 0}};

  // What enters each layer at " Tom", put in at " Lily", where it enters the same layer; then what leaves the last.
  std::cout << "unpatched:" << model.generate(target, options, {}) << '\n';
  for (std::size_t layer = 0; layer <= model.config().n_layer; ++layer) {
    const auto h = tl::residual_at(model, source, {.layer = layer});
    auto hooks = tl::patchscope(model, target, {.layer = layer, .position = slot}, h);
    std::cout << "layer " << layer << ":" << model.generate(target, options, {}, hooks) << '\n';
  }

  // Every layer of many sources in one sweep.
  std::vector<tl::PatchscopeSource> sources;
  for (const char* name : {" Tom", " Sue", " Ben", " Anna", " Max", " Lucy"})
    sources.push_back({model.prompt(std::string("The dog ran to") + name).ids()});
  const auto scores = tl::patchscope_scores(model, sources, model, {target.ids(), slot});
  for (std::size_t layer = 0; layer != scores.rows(); ++layer)
    std::cout << "layer " << layer << " says the name " << scores.identity_at_1(layer) << ", another's "
              << scores.swapped_identity_at_1(layer) << '\n';
} catch (const tl::Error& error) {
  std::cerr << error.what() << '\n';
  return 2;
}
