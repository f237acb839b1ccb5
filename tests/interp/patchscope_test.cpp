#include <tl/interp/patchscope.hpp>

#include <tl/decode/generate.hpp>
#include <tl/model/processed_weights.hpp>

#include "../catch.hpp"
#include "../model/small_models.hpp"

using namespace tl;

namespace {
const auto source = some_tokens(9, odd), target = some_tokens(7, odd, 3);
}  // namespace

TEST_CASE("a state put in where it was read changes no bit") {
  const auto model = random_model<odd>();
  const auto plain = values_of(model(target));
  for (std::size_t layer = 0; layer <= odd.n_layer; ++layer)
    for (std::ptrdiff_t position = -7; position != 7; ++position) {
      const ResidualPlace place{layer, position};
      CAPTURE(layer, position);
      CHECK(same_bits(values_of(model(target, patchscope(model, target, place, residual_at(model, target, place)))), plain));
    }
}

TEST_CASE("what leaves the last block meets the final LayerNorm once: the source's own logits, to the bit") {
  const auto model = random_model<odd>();
  for (const std::ptrdiff_t from : {0, 4, -1})
    for (const std::ptrdiff_t to : {2, -1}) {
      const auto h = residual_at(model, source, {.layer = unembedding, .position = from});
      const auto patched = model(target, patchscope(model, target, {.layer = odd.n_layer, .position = to}, h));
      const auto own = model(source);
      CHECK(same_bits(patched(static_cast<std::size_t>(to < 0 ? to + 7 : to)).values(),
                      own(static_cast<std::size_t>(from < 0 ? from + 9 : from)).values()));
    }
}

TEST_CASE("a state goes where it is put, through what is done to it") {
  const auto model = random_model<odd>();
  auto h = residual_at(model, source, {.layer = 1, .position = -2});
  const auto captured = model.run(source, capture<"blocks.1.hook_resid_pre">());
  CHECK(same_bits(h.vector.values(), captured[HookName<"blocks.1.hook_resid_pre">{}](7).values()));
  for (float& x : h.vector.values()) x *= 2;
  const auto run = model.run(target, patchscope(model, target, {.layer = 2, .position = 3}, h),
                             capture<"blocks.2.hook_resid_pre">());
  const auto plain = model.run(target, capture<"blocks.2.hook_resid_pre">());
  for (std::size_t p = 0; p != 7; ++p) {
    const auto now = run[HookName<"blocks.2.hook_resid_pre">{}](p).values();
    if (p == 3) CHECK(same_bits(now, h.vector.values()));
    else CHECK(same_bits(now, plain[HookName<"blocks.2.hook_resid_pre">{}](p).values()));
  }
  // From a run that is itself edited.
  const auto zero = residual_at(model, source, {.layer = 1}, {}, edit<"blocks.1.hook_resid_pre">([](auto view, Context) {
                                  for (float& x : view.values()) x = 0;
                                }));
  for (const float x : zero.vector.values()) CHECK(x == 0);
}

TEST_CASE("a text generated from the patched cache is the one that is computed anew for each token, to the bit") {
  const auto model = random_model<odd>();
  for (std::size_t layer = 0; layer <= odd.n_layer; ++layer) {
    const ResidualPlace place{layer, layer == odd.n_layer ? -1 : 3};
    const auto h = residual_at(model, source, {layer});
    std::vector<Token> text = target;
    for (std::size_t i = 0; i != 20; ++i) {  // the place is the target's, whatever the text grows to
      const auto logits = model(text, patchscope(model, target, place, h));
      const auto last = logits(text.size() - 1).values();
      text.push_back(static_cast<Token>(std::max_element(last.begin(), last.end()) - last.begin()));
    }
    const auto anew = values_of(model(text, patchscope(model, target, place, h)));
    for (const std::size_t chunk : {1u, 3u, 0u}) {
      CAPTURE(layer, chunk);
      std::vector<float> logits;
      auto keep = observe<"logits">([&](auto view, Context) { logits.insert(logits.end(), view.data(), view.data() + view.size()); });
      const auto generated = generate(model, target, {.max_new_tokens = 20, .sampling = {.temperature = 0}, .prefill_chunk = chunk},
                                      patchscope(model, target, place, h), keep);
      CHECK(std::equal(generated.tokens.begin(), generated.tokens.end(), text.begin() + 7, text.end()));
      REQUIRE(logits.size() >= 20 * odd.d_vocab);
      const std::vector<float> drawn(logits.end() - static_cast<std::ptrdiff_t>(20 * odd.d_vocab), logits.end());
      const std::vector<float> wanted(anew.begin() + static_cast<std::ptrdiff_t>(6 * odd.d_vocab),
                                      anew.end() - static_cast<std::ptrdiff_t>(odd.d_vocab));
      CHECK(same_bits(drawn, wanted));
    }
  }
}

TEST_CASE("a state goes from one model to another, of another basis too") {
  RandomSource weights(1, 0.2f);
  ProcessedWeights processed(weights, odd, WeightProcessing::standard());
  const Gpt2<dynamic_gpt2, float, Basis::centred> centred(processed, processed.config());
  const auto raw = random_model<odd>();
  for (std::size_t layer = 0; layer <= odd.n_layer; ++layer) {
    const auto of_raw = residual_at(raw, source, {layer, 4});
    const auto of_centred = residual_at(centred, source, {layer, 4});
    const auto converted = convert_basis<Basis::centred>(of_raw);
    double worst = 0;
    for (std::size_t i = 0; i != odd.d_model; ++i)
      worst = std::max(worst, std::abs(double{converted.vector(i)} - double{of_centred.vector(i)}));
    CHECK(worst < 1e-4);
    // Log-probabilities are the same in both bases, whichever model the state is from.
    const auto a = raw.log_probs(target, patchscope(raw, target, {layer, 2}, convert_basis<Basis::raw>(of_centred)));
    const auto b = raw.log_probs(target, patchscope(raw, target, {layer, 2}, of_raw));
    const auto c = centred.log_probs(target, patchscope(centred, target, {layer, 2}, converted));
    for (std::size_t i = 0; i != a.size(); ++i) {
      REQUIRE(std::abs(a.data()[i] - b.data()[i]) < 1e-3f);
      REQUIRE(std::abs(c.data()[i] - b.data()[i]) < 1e-3f);
    }
  }
}

TEST_CASE("places that are not there and states that do not fit are one sentence") {
  const auto model = random_model<odd>();
  CHECK_THROWS_WITH(residual_at(model, source, {.layer = 1, .position = 9}),
                    "position 9 is not in a prompt of 9 tokens: give 0 to 8, or -9 to -1");
  CHECK_THROWS_WITH(residual_at(model, {}, {.layer = 1}), "position -1 is not in a prompt of 0 tokens");
  CHECK_THROWS_WITH(residual_at(model, source, {.layer = 4}),
                    "the residual stream has no input of layer 4: this model has layers 0 to 2, and the unembedding after them");
  const auto h = residual_at(model, source, {.layer = 1});
  CHECK_THROWS_WITH(patchscope(model, target, {.layer = 1, .position = -8}, h),
                    "position -8 is not in a prompt of 7 tokens: give 0 to 6, or -7 to -1");
  const auto other = random_model<wide>();
  CHECK_THROWS_WITH(patchscope(other, target, {.layer = 1}, h),
                    "a state of 51 numbers cannot be put in where the residual stream has 450: map it to that width first");
}
