// analyse FOLDER OUT.npz ANSWER FOIL TOKEN...: the analyses of include/tl/interp over one prompt, as arrays; the labels
// of NAME are the text NAME.labels, a line each.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <tl/interp/accumulated_resid.hpp>
#include <tl/interp/apply_ln.hpp>
#include <tl/interp/decompose_resid.hpp>
#include <tl/interp/full_resid_decomposition.hpp>
#include <tl/interp/head_detector.hpp>
#include <tl/interp/logit_attribution.hpp>
#include <tl/interp/logit_lens.hpp>
#include <tl/io/hugging_face.hpp>
#include <tl/io/npz.hpp>

namespace {

class Arrays {
 public:
  explicit Arrays(const char* path) : npz_(path) {}
  template <class Array>
  void add(const std::string& name, const Array& array) {
    npz_.add(name, array);
  }
  template <class Stack>
  void add_labelled(const std::string& name, const Stack& stack) {
    npz_.add(name, stack.values);
    std::string text;
    for (const std::string& label : stack.labels) text += label + "\n";
    npz_.add_text(name + ".labels", text);
  }
  void finish() { npz_.finish(); }

 private:
  tl::io::NpzWriter npz_;
};

}  // namespace

int main(int argc, char** argv) try {
  using namespace tl;
  if (argc < 6) throw Error("usage: analyse FOLDER OUT.npz ANSWER FOIL TOKEN...");
  io::CheckpointFolder folder(argv[1]);
  const Gpt2<dynamic_gpt2> model(folder, folder.config());
  const Token answer = std::atoi(argv[3]), foil = std::atoi(argv[4]);
  std::vector<Token> tokens;
  for (int i = 5; i != argc; ++i) tokens.push_back(std::atoi(argv[i]));
  const std::size_t middle = model.config().n_layer / 2;

  Arrays out(argv[2]);
  const auto accumulated = accumulated_resid(model, tokens, {.incl_mid = true});
  out.add_labelled("accumulated", accumulated);
  out.add_labelled("accumulated_mlp_input", accumulated_resid(model, tokens, {.up_to = {middle, true}}));
  out.add_labelled("lens_ln", lens_ln(accumulated));
  const auto decomposed = decompose_resid(model, tokens);
  out.add_labelled("decomposed", decomposed);
  out.add_labelled("linear_ln", linear_ln(decomposed));
  const auto before_mlp = decompose_resid(model, tokens, {.up_to = {middle, true}, .mode = Sublayers::attn});
  out.add_labelled("decomposed_mlp_input", before_mlp);
  out.add_labelled("linear_ln2", linear_ln(before_mlp));
  out.add_labelled("heads", stack_head_results(model, tokens, {.incl_remainder = true}));
  out.add_labelled("neurons",
                   stack_neuron_results(model, tokens, {.up_to = {middle}, .incl_remainder = true, .where = at{-1}}));
  out.add_labelled("full", full_resid_decomposition(model, tokens, {.where = at{-1}}));
  out.add_labelled("full_mlps", full_resid_decomposition(model, tokens, {.up_to = {middle}, .expand_neurons = false}));
  for (const auto& [name, components] :
       {std::pair{"attribution", Components::sublayers}, std::pair{"attribution_heads", Components::heads},
        std::pair{"attribution_neurons", Components::neurons}}) {
    out.add_labelled(name, logit_attribution(model, tokens, {answer}, {components}));
    out.add_labelled(std::string(name) + "_difference", logit_attribution(model, tokens, {answer, foil}, {components}));
  }

  using Pattern = std::pair<const char*, float (*)(std::size_t, std::size_t, std::span<const Token>)>;
  for (const auto& [name, pattern] :
       {Pattern{"previous_token_head", previous_token}, Pattern{"duplicate_token_head", duplicate_token},
        Pattern{"induction_head", token_after_duplicate}})
    for (const bool exclude : {false, true})
      for (const auto& [measure_name, measure] :
           {std::pair{"mul", PatternMeasure::mul}, std::pair{"abs", PatternMeasure::abs}})
        out.add(std::string(name) + (exclude ? ".excluding." : ".") + measure_name,
                detect_heads(model, tokens, pattern, {measure, exclude, exclude}));

  const LogitLens lens = logit_lens(model, tokens);
  Tensor<float, Dim<"layer">, Dim<"pos">> top_prob(lens.rows(), tokens.size());
  for (std::size_t i = 0; i != top_prob.size(); ++i) top_prob.data()[i] = std::exp(lens.top.data()[i].log_prob);
  out.add("lens_top_prob", top_prob);
  out.add("lens_kl", lens.kl);
  out.add("lens_cross_entropy", lens.cross_entropy);
  out.finish();
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 2;
}
