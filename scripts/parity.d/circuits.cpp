// circuits FOLDER OUT.npz: what tl computes of the circuits of a processed model (WeightProcessing::standard()).
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <exception>
#include <string>
#include <tl/decode/load.hpp>
#include <tl/interp/composition.hpp>
#include <tl/interp/copying.hpp>
#include <tl/interp/singular_directions.hpp>
#include <tl/interp/vocabulary_projection.hpp>
#include <tl/io/npz.hpp>

namespace {

template <class T>
void add(tl::io::NpzWriter& file, const std::string& name, std::vector<std::size_t> shape, const T& values) {
  const std::vector<float> rounded(values.begin(), values.end());
  file.add(name, tl::io::NpyView(std::span<const float>(rounded), std::move(shape)));
}

// The larger and the smaller magnitude of the two ends of each direction's logits: a sign is arbitrary.
template <class Model, class Directions>
void add_directions(tl::io::NpzWriter& file, const std::string& name, const Model& model, const Directions& directions) {
  const auto projection = tl::vocabulary_projection(model, directions.vectors, 1);
  std::vector<float> ends;
  for (std::size_t i = 0; i != directions.values.size(); ++i) {
    const float high = std::abs(projection.highest(i, 0).logit), low = std::abs(projection.lowest(i, 0).logit);
    ends.push_back(std::max(high, low));
    ends.push_back(std::min(high, low));
  }
  add(file, name + "_values", {directions.values.size()}, directions.values);
  add(file, name + "_ends", {directions.values.size(), 2}, ends);
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 3) throw tl::Error("usage: circuits FOLDER OUT.npz");
  const auto model = tl::load_network<tl::dynamic_gpt2, float, tl::Basis::centred>(argv[1], tl::WeightProcessing::standard());
  const std::size_t layers = model.config().n_layer, heads = model.config().n_head;
  tl::io::NpzWriter file(argv[2]);
  for (const auto& [name, kind] :
       {std::pair{"Q", tl::Composition::q}, {"K", tl::Composition::k}, {"V", tl::Composition::v}})
    add(file, name, {layers, heads, layers, heads}, tl::composition_scores(model, kind).values());
  add(file, "copying", {layers, heads}, tl::copying_scores(model).values());
  std::vector<float> norms, ranks;
  for (std::size_t head = 0; head != heads; ++head) {
    norms.push_back(static_cast<float>(tl::qk_circuit(model, layers - 1, head).norm()));
    ranks.push_back(static_cast<float>(tl::token_copying(model, layers - 1, head).mean_rank));
  }
  add(file, "qk_norms", {heads}, norms);
  add(file, "mean_ranks", {heads}, ranks);
  constexpr std::size_t directions = 5;
  add_directions(file, "OV", model, tl::ov_directions(model, layers - 1, 0, directions));
  add_directions(file, "w_in", model, tl::w_in_directions(model, layers - 1, directions));
  add_directions(file, "w_out", model, tl::w_out_directions(model, layers - 1, directions));
  const auto neurons = tl::vocabulary_projection(model, model.weights().W_out(layers - 1), 3);
  std::vector<float> tokens, logits;
  for (const tl::kernels::TokenLogit& found : neurons.highest.values()) {
    tokens.push_back(static_cast<float>(found.token));
    logits.push_back(found.logit);
  }
  add(file, "neuron_tokens", {model.config().d_mlp, 3}, tokens);
  add(file, "neuron_logits", {model.config().d_mlp, 3}, logits);
  file.finish();
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 2;
}
