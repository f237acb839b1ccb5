// What each step leaves as it was, what it changes, and that the two together are every hook point there is. Small
// random models have LayerNorm weights and biases of every kind; the default model is compared with TransformerLens.
#include <tl/model/processed_weights.hpp>

#include <cmath>
#include <functional>
#include <tl/hooks/ablate.hpp>
#include <tl/hooks/convert_basis.hpp>
#include <tl/hooks/dynamic_hooks.hpp>
#include <tl/model/direction.hpp>
#include "../catch.hpp"
#include "goldens.hpp"
#include "reference_gpt2.hpp"
#include "small_models.hpp"

using namespace tl;

namespace {

// Relative to the largest of an array; rounding alone gives some 1e-6 in these models.
constexpr double same_to = 3e-5, changed_by = 1e-3;

template <Basis B = Basis::raw>
Gpt2<dynamic_gpt2, float, B> processed_model(const Config& config, const WeightProcessing& processing) {
  RandomSource source(1, 0.2f);
  ProcessedWeights weights(source, config, processing);
  return Gpt2<dynamic_gpt2, float, B>(weights, weights.config());
}

using Arrays = std::map<std::string, CapturedArray>;

template <class Model>
Arrays capture_all(const Model& model, std::span<const Token> tokens) {
  DynamicHooks hooks;
  for (const PointInfo& point : points)
    if (detail::missing_part(point.point, model.config()) == nullptr)
      hooks.capture((point.in_block ? "blocks.*." : "") + std::string(point.name));
  model.run(tokens, hooks);
  Arrays arrays;
  for (NamedArray& named : hooks.take()) arrays.emplace(named.name, std::move(named.array));
  return arrays;
}

Point point_of(const std::string& name) {
  return resolve_or_throw(name, static_cast<std::size_t>(-1)).point;
}

// Rows of `width`, each without its mean.
std::vector<float> centred(std::span<const double> values, std::size_t width) {
  std::vector<float> rows;
  for (std::size_t row = 0; row != values.size(); row += width) {
    double mean = 0;
    for (std::size_t i = 0; i != width; ++i) mean += values[row + i] / static_cast<double>(width);
    for (std::size_t i = 0; i != width; ++i) rows.push_back(static_cast<float>(values[row + i] - mean));
  }
  return rows;
}
std::vector<float> centred(const CapturedArray& array) {
  return centred(std::vector<double>(array.values.begin(), array.values.end()), array.extents.back());
}

// Points that `changes` says are others now, all others the same.
void compare(const Arrays& before, const Arrays& after, const std::function<bool(Point)>& changes) {
  REQUIRE(before.size() == after.size());
  std::size_t changed = 0;
  for (const auto& [name, array] : before) {
    CAPTURE(name);
    const double difference = goldens::relative_difference(after.at(name).values, array.values);
    if (changes(point_of(name))) {
      CHECK(difference > changed_by);
      ++changed;
    } else {
      CHECK(difference < same_to);
    }
  }
  CHECK(changed != 0);
}

std::vector<Config> shapes() {
  Config untied = odd, no_mlp = attention_only, wide_heads = odd;
  untied.tied_unembed = false, untied.activation = Activation::relu;
  no_mlp.norm = Norm::layer_norm;
  wide_heads.d_model = 10, wide_heads.n_head = 2, wide_heads.d_head = 13;  // heads of more than d_model elements
  return {odd, untied, no_mlp, wide_heads};
}

}  // namespace

TEST_CASE("fold_ln changes what LayerNorms give after their weights, and nothing else") {
  for (const Config& config : shapes()) {
    const auto tokens = some_tokens(20, config);
    const auto raw = processed_model(config, {}), folded = processed_model(config, {.fold_ln = true});
    const Arrays after = capture_all(folded, tokens);
    compare(capture_all(raw, tokens), after, [](Point p) {
      return p == Point::ln1_out || p == Point::ln2_out || p == Point::ln_final_out || p == Point::unembed_in;
    });
    CHECK(after.at("blocks.1.ln1.hook_out").values == after.at("blocks.1.ln1.hook_normalized").values);  // w = 1, b = 0
    CHECK(goldens::relative_difference(folded.weights().W_K(1).values(), raw.weights().W_K(1).values()) > changed_by);
    const auto w_q = folded.weights().W_Q(0);
    for (std::size_t head = 0; head != config.n_head; ++head) {
      double sum = 0;
      for (std::size_t i = 0; i != config.d_model; ++i) sum += static_cast<double>(w_q(head, i, 3));
      CHECK(std::abs(sum) < 1e-5);
    }
  }
}

TEST_CASE("center_writing_weights takes the mean out of the residual stream, and changes nothing else") {
  for (const Config& config : shapes()) {
    const auto tokens = some_tokens(20, config);
    const Arrays before = capture_all(processed_model(config, {}), tokens);
    const Arrays after = capture_all(processed_model<Basis::centred>(config, {.center_writing_weights = true}), tokens);
    compare(before, after, is_residual);
    for (const auto& [name, array] : before) {
      CAPTURE(name);
      if (is_residual(point_of(name)))
        CHECK(goldens::relative_difference(after.at(name).values, centred(array)) < same_to);
    }
  }
}

TEST_CASE("center_unembed shifts the logits of a position together") {
  for (const Config& config : shapes()) {
    const auto tokens = some_tokens(20, config);
    const Arrays before = capture_all(processed_model(config, {}), tokens);
    const Arrays after = capture_all(processed_model(config, {.center_unembed = true}), tokens);
    compare(before, after, [](Point p) { return p == Point::unembed_out; });
    const std::string logits = "unembed.hook_out";
    CHECK(goldens::relative_difference(after.at(logits).values, centred(before.at(logits))) < same_to);
  }
}

TEST_CASE("fold_value_biases changes values, and nothing after them while patterns sum to 1") {
  for (const Config& config : shapes()) {
    const auto tokens = some_tokens(20, config);
    const auto raw = processed_model(config, {}), folded = processed_model(config, {.fold_value_biases = true});
    compare(capture_all(raw, tokens), capture_all(folded, tokens),
            [](Point p) { return p == Point::v || p == Point::z || p == Point::result; });

    // A pattern whose rows sum to 0 passes no bias on: only where the biases are folded does it arrive all the same.
    const auto logits = [&](const auto& model) { return model(tokens, ablate<"blocks.0.attn.hook_pattern">()); };
    CHECK(goldens::relative_difference(logits(folded).values(), logits(raw).values()) > changed_by);
  }
}

TEST_CASE("refactor_factored_attn_matrices changes the bases of heads' inner values, and nothing that heads do") {
  for (const Config& config : shapes()) {
    const auto tokens = some_tokens(20, config);
    const Arrays before = capture_all(processed_model(config, {.fold_value_biases = true}), tokens);
    const auto model = processed_model(config, {.fold_value_biases = true, .refactor_factored_attn_matrices = true});
    compare(before, capture_all(model, tokens),
            [](Point p) { return p == Point::q || p == Point::k || p == Point::v || p == Point::z; });
    // It folds value biases itself, and W_O has orthonormal rows.
    const auto alone = processed_model(config, {.refactor_factored_attn_matrices = true});
    CHECK(same_bits(alone(tokens), model(tokens)));
    const auto w_o = alone.weights().W_O(1);
    const std::size_t rank = std::min(config.d_head, config.d_model);
    for (std::size_t i = 0; i != rank; ++i) {
      double own = 0, other = 0;
      for (std::size_t m = 0; m != config.d_model; ++m) {
        own += std::pow(static_cast<double>(w_o(1, i, m)), 2);
        other += static_cast<double>(w_o(1, i, m)) * static_cast<double>(w_o(1, (i + 1) % rank, m));
      }
      CHECK(own == Approx(1).epsilon(1e-5));
      CHECK(std::abs(other) < 1e-5);
    }
  }
}

TEST_CASE("all steps together give the logits of the raw model in double precision, but for a constant a position") {
  WeightProcessing everything = WeightProcessing::standard();
  everything.refactor_factored_attn_matrices = true;
  for (const Config& config : shapes())
    for (const WeightProcessing& processing : {WeightProcessing::standard(), everything}) {
      RandomSource source(1, 0.2f);
      const auto tokens = some_tokens(20, config);
      const auto expected = ReferenceGpt2(source, config)(tokens);
      const auto model = processed_model<Basis::centred>(config, processing);
      CHECK(model.processing() == processing);
      CHECK(goldens::relative_difference(model(tokens).values(), centred(expected, config.d_vocab)) < same_to);
    }
}

TEST_CASE("the default model is TransformerLens' under its processing") {
  const auto model_of = [](const WeightProcessing& processing) {
    io::CheckpointFolder checkpoint(TL_SOURCE_DIR "/models/tinystories-6l");
    ProcessedWeights weights(checkpoint, checkpoint.config(), processing);
    return Gpt2<processed(tinystories_6l, WeightProcessing::standard()), float, Basis::centred>(weights);
  };
  const auto check = [&](const char* file, const WeightProcessing& processing, std::size_t arrays) {
    const goldens::Hooks theirs = goldens::hooks(file);
    REQUIRE(theirs.arrays.size() == arrays);
    const Arrays ours = capture_all(model_of(processing), theirs.tokens);
    for (const auto& [name, array] : theirs.arrays) {
      CAPTURE(name);
      CHECK(goldens::relative_difference(ours.at(name).values, array.values) < 1e-4);
    }
  };
  WeightProcessing refactored = WeightProcessing::standard();
  refactored.refactor_factored_attn_matrices = true;
  check("hooks-processed.npz", WeightProcessing::standard(), 2 * 17 + 6);
  check("hooks-refactored.npz", refactored, 6 * 4 + 1);
}

TEST_CASE("a direction steers raw and processed weights alike, whichever basis it was read in") {
  const auto tokens = some_tokens(20, odd), a = some_tokens(5, odd, 1), b = some_tokens(6, odd, 2);
  const auto raw = processed_model(odd, {});
  const auto centred = processed_model<Basis::centred>(odd, WeightProcessing::standard());
  const auto of_raw = difference<"blocks.1.hook_resid_mid">(raw, a, b);
  const auto of_centred = difference<"blocks.1.hook_resid_mid">(centred, a, b);
  const auto expected = raw.log_probs(tokens, steer(of_raw, 3.f));
  const auto same = [&](const auto& log_probs) {
    CHECK(goldens::relative_difference(log_probs.values(), expected.values()) < same_to);
  };
  same(centred.log_probs(tokens, steer(convert_basis<Basis::centred>(of_raw), 3.f)));
  same(centred.log_probs(tokens, steer(of_centred, 3.f)));
  same(raw.log_probs(tokens, steer(convert_basis<Basis::raw>(of_centred), 3.f)));
  CHECK(goldens::relative_difference(raw.log_probs(tokens).values(), expected.values()) > changed_by);
}

TEST_CASE("what cannot be processed, or is of another basis, is refused") {
  RandomSource source(1);
  const char* const norms = "fold_ln and center_writing_weights need LayerNorms, and this model has none: leave them out";
  CHECK_THROWS_WITH(ProcessedWeights(source, attention_only, {.fold_ln = true}), norms);
  CHECK_THROWS_WITH(ProcessedWeights(source, attention_only, {.center_writing_weights = true}), norms);
  CHECK_NOTHROW(processed_model(attention_only, {.center_unembed = true, .fold_value_biases = true}));

  CHECK_THROWS_WITH(processed_model(odd, WeightProcessing::standard()),
                    "the weights (processing fold_ln,center_writing_weights,center_unembed,fold_value_biases) are in the "
                    "centred residual basis and the model's type in the raw one: write Gpt2<C, Storage, Basis::centred>");
  CHECK_THROWS_WITH(processed_model<Basis::centred>(odd, {.fold_ln = true}),
                    "the weights (processing fold_ln) are in the raw residual basis and the model's type in the centred "
                    "one: write Gpt2<C, Storage, Basis::raw>");

  ProcessedWeights once(source, odd, {.fold_ln = true});
  CHECK_THROWS_WITH(ProcessedWeights(once, once.config(), {.center_unembed = true}),
                    "these weights are processed already (fold_ln): read the checkpoint itself");
  float out;
  CHECK_THROWS_WITH(once.read("h.0.attn.rotary", {}, &out), "a model has no tensor `h.0.attn.rotary`");
}
