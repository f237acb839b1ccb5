#include <cmath>
#include <tl/hooks/convert_basis.hpp>
#include <tl/io/hugging_face.hpp>
#include <tl/kernels/softmax.hpp>
#include <tl/model/processed_weights.hpp>
#include <tl/sae/splice.hpp>

#include "../catch.hpp"
#include "../io/scratch.hpp"
#include "../model/small_models.hpp"
#include "small_saes.hpp"

using namespace tl;
using Catch::Matchers::Contains;

namespace {

using Early = Sae<"blocks.1.hook_resid_pre", 51, 130>;
using Late = Sae<"blocks.2.hook_mlp_out", 51, 77, sae_activation::TopK<9>>;
using OfHeads = Sae<"blocks.0.attn.hook_z", 51, 60, sae_activation::JumpRelu>;

const Gpt2<odd>& model() {
  static const auto made = random_model<odd>();
  return made;
}
std::vector<float> copied(const auto& tensor) { return {tensor.data(), tensor.data() + tensor.size()}; }

std::vector<float> softmax(const auto& logits) {
  std::vector<float> p(logits.size());
  kernels::softmax(logits.data(), logits.template extent<"pos">(), logits.template extent<"d_vocab">(), p.data(), 1);
  return p;
}
double largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
  double worst = 0;
  for (std::size_t i = 0; i != a.size(); ++i) worst = std::max(worst, std::fabs(double{a[i]} - double{b[i]}));
  return worst;
}

}  // namespace

TEST_CASE("without an edit that changes something every bit is the unspliced model's") {
  const auto sae = random_typed_sae<Early>();
  const auto tokens = some_tokens(20, odd);
  const auto plain = model()(tokens);
  REQUIRE(same_bits(model()(tokens, edit_features(sae, {})), plain));
  REQUIRE(same_bits(model()(tokens, edit_features(sae, {add_feature(3, 0), scale_feature(40, 1)})), plain));
  REQUIRE_FALSE(same_bits(model()(tokens, edit_features(sae, {add_feature(3, 2)})), plain));
  REQUIRE_FALSE(same_bits(model()(tokens, splice(sae)), plain));
}

TEST_CASE("splice replaces the values by their reconstruction, edits and all") {
  const auto sae = random_typed_sae<Early>();
  const auto tokens = some_tokens(12, odd);
  const auto before = model().run(tokens, capture<"blocks.1.hook_resid_pre">());
  const auto x = before["blocks.1.hook_resid_pre"_hook];
  const auto spliced = model().run(tokens, splice(sae), capture<"blocks.1.hook_resid_pre">());
  REQUIRE(same_bits(spliced["blocks.1.hook_resid_pre"_hook], sae(x)));

  Encoded encoded = sae.encode(x);
  REQUIRE(encoded.features.entries() > 20);
  const auto row = sae.dynamic_sae().decoder_row(7), other = sae.dynamic_sae().decoder_row(90);
  const auto edited =
      model().run(tokens, splice(sae, {clamp_feature(7, 3), ablate_feature(90)}), capture<"blocks.1.hook_resid_pre">());
  const auto expected = sae.decode(encoded);
  for (std::size_t r = 0; r != 12; ++r)
    for (std::size_t c = 0; c != 51; ++c)
      REQUIRE(edited["blocks.1.hook_resid_pre"_hook](r, c) ==
              Approx(expected(r, c) + (3 - encoded.features(r, 7)) * row[c] - encoded.features(r, 90) * other[c])
                  .margin(1e-5));
}

TEST_CASE("edits with the error term: add, clamp, scale, ablate, project") {
  const auto sae = random_typed_sae<Early>();
  const auto tokens = some_tokens(12, odd);
  const auto before = model().run(tokens, capture<"blocks.1.hook_resid_pre">());
  const auto x = before["blocks.1.hook_resid_pre"_hook];
  const Encoded encoded = sae.encode(x);
  const auto row = sae.dynamic_sae().decoder_row(7);
  double norm = 0;
  for (const float w : row) norm += double{w} * double{w};
  norm = std::sqrt(norm);
  bool was_active = false;
  const auto check = [&](FeatureEdit edit, auto delta) {
    const auto after = model().run(tokens, edit_features(sae, {edit}), capture<"blocks.1.hook_resid_pre">());
    for (std::size_t r = 0; r != 12; ++r) {
      const double f = encoded.features(r, 7);
      was_active = was_active || f != 0;
      double dot = 0;
      for (std::size_t c = 0; c != 51; ++c) dot += double{x(r, c)} * double{row[c]};
      for (std::size_t c = 0; c != 51; ++c)
        REQUIRE(after["blocks.1.hook_resid_pre"_hook](r, c) == Approx(x(r, c) + delta(f, dot) * row[c]).margin(1e-5));
    }
  };
  check(add_feature(7, 2.5f), [](double, double) { return 2.5; });
  check(clamp_feature(7, 2.5f), [](double f, double) { return 2.5 - f; });
  check(scale_feature(7, -2), [](double f, double) { return -3 * f; });
  check(ablate_feature(7), [](double f, double) { return -f; });
  check(project_feature(7, 1.5f), [&](double, double dot) { return (1.5 - dot / norm) / norm; });
  REQUIRE(was_active);
}

TEST_CASE("an edit where the input was normalised is in the row's own units") {
  using Normal = Sae<"blocks.1.hook_resid_pre", 51, 130, sae_activation::Relu, SaeNormalisation::layer_norm>;
  const auto sae = random_typed_sae<Normal>();
  const auto tokens = some_tokens(8, odd);
  const auto before = model().run(tokens, capture<"blocks.1.hook_resid_pre">());
  const auto x = before["blocks.1.hook_resid_pre"_hook];
  const auto encoded = sae.encode(x);
  const auto after = model().run(tokens, edit_features(sae, {add_feature(4, 2)}), capture<"blocks.1.hook_resid_pre">());
  const auto row = sae.dynamic_sae().decoder_row(4);
  for (std::size_t r = 0; r != 8; ++r)
    REQUIRE(after["blocks.1.hook_resid_pre"_hook](r, 9) ==
            Approx(x(r, 9) + 2 * encoded.scale[r] * row[9]).margin(1e-5));
}

TEST_CASE("positions, several SAEs, heads read as one: cached and uncached are bitwise the same") {
  const auto early = random_typed_sae<Early>();
  const auto late = random_typed_sae<Late>(2);
  const auto heads_sae = random_typed_sae<OfHeads>(3);
  const auto tokens = some_tokens(24, odd);
  const auto policies = [&](auto run) {
    return run(splice(heads_sae), edit_features(early, {clamp_feature(3, 2), add_feature(80, 1)}).where(not_first),
               splice(late).where(generated_only));
  };
  const auto whole = policies([&](auto... policy) {
    auto session = model().session(std::move(policy)...);
    return copied(session.extend(session.open(10), tokens, Need::all_logits));
  });
  const auto stepwise = policies([&](auto... policy) {
    auto session = model().session(RunOptions{2}, std::move(policy)...);
    const std::size_t sequence = session.open(10);
    std::vector<float> all_rows;
    for (std::size_t first = 0; first != tokens.size(); first = first == 0 ? 10 : first + 1) {
      const std::size_t count = first == 0 ? 10 : 1;
      const auto rows = copied(session.extend(sequence, std::span(tokens).subspan(first, count), Need::all_logits));
      all_rows.insert(all_rows.end(), rows.begin(), rows.end());
    }
    return all_rows;
  });
  REQUIRE(same_bits(whole, stepwise));
  REQUIRE_FALSE(same_bits(whole, copied(model()(tokens))));
}

TEST_CASE("the run-time form has the bits of the typed one, head by head too") {
  const auto sae = random_typed_sae<Early>();
  const auto tokens = some_tokens(9, odd);
  const FeatureEdits edits{scale_feature(5, 3), project_feature(9, 1)};
  for (const bool error_term : {false, true}) {
    DynamicHooks hooks;
    hooks.edit("blocks.1.hook_resid_pre", splice_function(sae.dynamic_sae(), edits, error_term), not_first);
    const auto typed = error_term ? copied(model()(tokens, edit_features(sae, edits).where(not_first)))
                                  : copied(model()(tokens, splice(sae, edits).where(not_first)));
    REQUIRE(same_bits(copied(model()(tokens, hooks)), typed));
  }
  // One head's 17 numbers; the other heads keep their bits.
  using OneHead = Sae<"blocks.1.attn.hook_z", 17, 40>;
  const auto made = random_typed_sae<OneHead>(4);
  SaeConfig config = made.config();
  config.site.hook_head_index = 2;
  const OneHead of_head(config, made.dynamic_sae().weights());
  const auto before = model().run(tokens, capture<"blocks.1.attn.hook_z">());
  const auto after = model().run(tokens, splice(of_head), capture<"blocks.1.attn.hook_z">());
  const auto z = before["blocks.1.attn.hook_z"_hook], edited = after["blocks.1.attn.hook_z"_hook];
  for (std::size_t r = 0; r != 9; ++r) {
    REQUIRE(same_bits(z(r, 0), edited(r, 0)));
    REQUIRE(same_bits(z(r, 1), edited(r, 1)));
    REQUIRE_FALSE(same_bits(z(r, 2), edited(r, 2)));
  }
}

TEST_CASE("what cannot be spliced is one sentence") {
  const auto sae = random_typed_sae<Early>();
  const auto tokens = some_tokens(4, odd);
  REQUIRE(error_of([&] { model()(tokens, edit_features(sae, {add_feature(130, 1)})); }) ==
          "an edit names feature 130, and this SAE has features 0 to 129");
  const auto wide_model = random_model<dynamic_gpt2>(wide);
  REQUIRE(error_of([&] { wide_model(some_tokens(4, wide), splice(sae)); }) ==
          "an SAE whose d_in is 51 cannot be spliced in at `blocks.1.hook_resid_pre`, where a row has 450");
  SaeConfig config = sae.config();
  const auto complaint = [&] { return error_of([&] { check_splice(config, odd, Basis::raw); }); };
  REQUIRE(complaint() == "no Error");
  REQUIRE(
      error_of([&] { check_splice(config, odd, Basis::centred); }) ==
      "the SAE is in the raw residual basis and the model in the centred one: convert the SAE, or process the model's "
      "weights as it was trained on");
  REQUIRE(error_of([&] { check_splice(config, wide, Basis::raw); }) ==
          "the SAE's d_in is 51, and a row at `blocks.1.hook_resid_pre` of this model has 450");
  config.site.hook_name = "blocks.1.hook_resid_pree";
  REQUIRE_THAT(complaint(), Contains("there is no hook point `blocks.1.hook_resid_pree`"));
  config.site.hook_name = "blocks.7.hook_resid_pre";
  REQUIRE_THAT(complaint(), Contains("names layer 7"));
  config.site.hook_name = "blocks.1.attn.hook_pattern";
  REQUIRE_THAT(complaint(), Contains("no rows of one width"));
}

namespace {
// A model's weights with a constant added to every number of W_E: nothing that LayerNorms see changes.
class Shifted : public WeightSource {
 public:
  void read(std::string_view name, std::span<const std::size_t> shape, float* out) override {
    random_.read(name, shape, out);
    if (name != "wte.weight") return;
    for (std::size_t i = 0; i != shape[0] * shape[1]; ++i) out[i] += 2;
  }
  bool has(std::string_view name) const override { return random_.has(name); }

 private:
  RandomSource random_{1, 0.2f};
};
}  // namespace

TEST_CASE("the same alpha in raw and processed weights gives the same distribution; raw rows need the centring") {
  constexpr auto standard = WeightProcessing::standard();
  Shifted raw_source, source;
  ProcessedWeights processed_source(source, odd, standard);
  const Gpt2<dynamic_gpt2> raw(raw_source, odd);
  const Gpt2<dynamic_gpt2, float, Basis::centred> centred(processed_source, processed_source.config());
  using OfCentred =
      Sae<"blocks.1.hook_resid_pre", 51, 130, sae_activation::Relu, SaeNormalisation::none, Basis::centred>;
  const auto sae = random_typed_sae<OfCentred>();
  const auto for_raw = convert_basis<Basis::raw>(sae);
  const auto tokens = some_tokens(16, odd);

  const auto plain = softmax(raw(tokens));
  REQUIRE(largest_difference(plain, softmax(centred(tokens))) < 1e-5);
  for (const float alpha : {1.f, 5.f, 20.f}) {
    const auto steered = softmax(raw(tokens, steer(for_raw.direction(7), alpha)));
    REQUIRE(largest_difference(steered, softmax(centred(tokens, steer(sae.direction(7), alpha)))) < 1e-5);
    REQUIRE(largest_difference(steered, plain) > 1e-3);
    REQUIRE(largest_difference(softmax(raw(tokens, edit_features(for_raw, {clamp_feature(7, alpha)}))),
                               softmax(centred(tokens, edit_features(sae, {clamp_feature(7, alpha)})))) < 1e-5);
  }

  const auto raw_run = raw.run(tokens, capture<"blocks.1.hook_resid_pre">());
  const auto centred_run = centred.run(tokens, capture<"blocks.1.hook_resid_pre">());
  const auto x = raw_run["blocks.1.hook_resid_pre"_hook], centred_x = centred_run["blocks.1.hook_resid_pre"_hook];
  const auto theirs = copied(sae.encode(centred_x).features.dense());
  REQUIRE(*std::max_element(theirs.begin(), theirs.end()) > 0.1f);
  REQUIRE(largest_difference(copied(for_raw.encode(x).features.dense()), theirs) < 1e-4);
  REQUIRE(largest_difference(copied(sae.encode(x).features.dense()), theirs) > 1e-2);
}

TEST_CASE("the shipped SAE steers raw and processed weights alike, and knows the raw stream only") {
  using Shipped = Sae<"blocks.3.hook_resid_pre", 256, 2048, sae_activation::TopK<32>>;
  const auto sae = load_sae<Shipped>(TL_SOURCE_DIR "/models/tinystories-6l-saes/resid_pre");
  io::CheckpointFolder checkpoint(TL_SOURCE_DIR "/models/tinystories-6l");
  ProcessedWeights processed_source(checkpoint, tinystories_6l, WeightProcessing::standard());
  const Gpt2<tinystories_6l> raw(checkpoint);
  const Gpt2<processed(tinystories_6l, WeightProcessing::standard()), float, Basis::centred> centred(processed_source);
  const auto tokens = some_tokens(16, tinystories_6l);

  const auto plain = softmax(raw(tokens));
  for (const float alpha : {2.f, 8.f}) {
    const auto steered = softmax(raw(tokens, steer(sae.direction(924), alpha)));
    const auto theirs = softmax(centred(tokens, steer(convert_basis<Basis::centred>(sae.direction(924)), alpha)));
    CHECK(largest_difference(steered, theirs) < 1e-5);
    CHECK(largest_difference(steered, plain) > 1e-2);
  }
  const auto raw_run = raw.run(tokens, capture<"blocks.3.hook_resid_pre">());
  const auto centred_run = centred.run(tokens, capture<"blocks.3.hook_resid_pre">());
  const auto features = [&](const auto& run) {
    const auto x = run["blocks.3.hook_resid_pre"_hook];
    return copied(sae.dynamic_sae().encode(SaeRows(x.data(), tokens.size(), 256, 256)).features.dense());
  };
  // What the type refuses: features of the centred stream are others.
  CHECK(largest_difference(features(raw_run), features(centred_run)) > 1e-2);
}
