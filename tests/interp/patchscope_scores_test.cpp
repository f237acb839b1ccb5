#include <tl/interp/patchscope_scores.hpp>

#include <cmath>
#include <tl/kernels/softmax.hpp>

#include "../catch.hpp"
#include "../model/goldens.hpp"
#include "../model/small_models.hpp"

using namespace tl;

namespace {

std::vector<PatchscopeSource> some_sources(std::size_t count) {
  std::vector<PatchscopeSource> sources;
  for (std::size_t i = 0; i != count; ++i)
    sources.push_back({some_tokens(4 + i, odd, i), i % 2 ? -1 : static_cast<std::ptrdiff_t>(i / 2)});
  return sources;
}

Token likeliest(std::span<const float> logits) {
  return static_cast<Token>(std::max_element(logits.begin(), logits.end()) - logits.begin());
}

}  // namespace

TEST_CASE("every score is that of a run of its own") {
  const auto model = random_model<odd>(), other = random_model<odd>(odd, 2);
  const auto sources = some_sources(7);
  const auto tokens = some_tokens(6, odd, 99);
  const auto doubled = [](const auto& state) {
    std::remove_cvref_t<decltype(state)> twice{clone(state.vector.view())};
    for (float& x : twice.vector.values()) x *= 2;
    return twice;
  };
  const auto check = [&](const auto& target_model, const PatchscopeTarget& target, const auto& map) {
    const auto scores = patchscope_scores(model, sources, target_model, target, {}, {}, map);
    REQUIRE(scores.rows() == odd.n_layer + 1);
    CHECK(scores.unpatched == likeliest(target_model(tokens)(tokens.size() - 1).values()));
    for (std::size_t layer = 0; layer != scores.rows(); ++layer) {
      double same = 0, surprisal = 0;
      for (std::size_t s = 0; s != sources.size(); ++s) {
        const auto state = residual_at(model, sources[s].tokens, {layer, sources[s].position});
        auto hooks = patchscope(target_model, tokens, {target.layer.value_or(layer), target.position}, map(state));
        const Token said = likeliest(target_model(tokens, hooks)(tokens.size() - 1).values());
        const std::size_t read = detail::position_in(sources[s].position, sources[s].tokens.size());
        const auto logits = model(sources[s].tokens);
        const auto of_source = logits(read).values();
        float log_sum = 0;
        kernels::log_sum_exp(of_source.data(), 1, of_source.size(), &log_sum, 1);
        CAPTURE(layer, s);
        CHECK(scores.said(layer, s) == said);
        CHECK(scores.word[s] == sources[s].tokens[read]);
        CHECK(scores.next[s] == likeliest(of_source));
        CHECK(scores.source_log_prob(layer, s) == of_source[static_cast<std::size_t>(said)] - log_sum);
        same += said == scores.next[s];
        surprisal -= double{scores.source_log_prob(layer, s)};
      }
      CHECK(scores.precision_at_1(layer) == same / 7);
      CHECK(scores.surprisal(layer) == Approx(surprisal / 7));
    }
    return scores.precision_at_1(odd.n_layer);
  };
  check(other, {tokens, 2}, std::identity());
  check(other, {tokens, -1, 1}, doubled);
  // Into the same model's last position: what leaves the last block says what it would have said.
  CHECK(check(model, {tokens, -1}, std::identity()) == 1);
}

TEST_CASE("a story target names who was put in, and not who was put into another one") {
  const auto& model = goldens::model<Gpt2<tinystories_6l>>();
  const Tokenizer tokenizer = Tokenizer::load(TL_SOURCE_DIR "/models/tinystories-6l");
  const auto ids = [&](const std::string& text) { return tokenizer.encode(text).with_bos().ids(); };
  std::vector<PatchscopeSource> sources;
  for (const char* name : {" Tom", " Sue", " Ben", " Anna", " Tim", " Mia"})
    sources.push_back({ids("The dog ran to" + std::string(name)), -1});
  const auto target = ids("Once upon a time, there was a little girl named Lily. One day, her mom said, \"Hello,");
  const Token lily = tokenizer.encode(" Lily").ids().front();
  const auto slot = std::find(target.begin(), target.end(), lily) - target.begin();
  const auto scores = patchscope_scores(model, sources, model, {target, slot});
  CHECK(scores.unpatched == lily);
  CHECK(scores.identity_at_1(0) == 1);
  CHECK(scores.swapped_identity_at_1(0) == 0);
  CHECK(scores.unmoved(0) == 0);
  CHECK(scores.identity_at_1(6) == 0);  // too late to be heard: what leaves the last block is read by no other position
  CHECK(scores.unmoved(6) == 1);
}

TEST_CASE("one source has nothing to be swapped with") {
  const auto model = random_model<odd>();
  const auto scores = patchscope_scores(model, some_sources(1), model, {some_tokens(5, odd), -1});
  CHECK(std::isnan(scores.swapped_precision_at_1(0)));
  CHECK(std::isnan(scores.swapped_identity_at_1(0)));
}

TEST_CASE("a sweep that was stopped has scores of the layers that it ran") {
  const auto model = random_model<odd>();
  const auto scores = patchscope_scores(model, some_sources(3), model, {some_tokens(5, odd), -1}, {},
                                        [](std::size_t, std::size_t) { return false; });
  CHECK_FALSE(std::isnan(scores.precision_at_1(0)));
  CHECK(scores.said(1, 0) == PatchscopeScores::not_run);
  CHECK(std::isnan(scores.precision_at_1(1)));
}

TEST_CASE("patchscopes without sources, or of places that are not there, are one sentence") {
  const auto model = random_model<odd>();
  const auto target = some_tokens(5, odd);
  CHECK_THROWS_WITH(patchscope_scores(model, {}, model, {target}), "patchscopes need at least one source");
  CHECK_THROWS_WITH(patchscope_scores(model, some_sources(2), model, {target, 5}),
                    "position 5 is not in a prompt of 5 tokens: give 0 to 4, or -5 to -1");
  CHECK_THROWS_WITH(patchscope_scores(model, some_sources(2), model, {target, -1, 9}),
                    "the residual stream has no input of layer 9: this model has layers 0 to 2, and the unembedding after them");
  CHECK_THROWS_WITH(patchscope_scores(model, some_sources(2), random_model<wide>(), {target}),
                    "a state of 51 numbers cannot be put in where the residual stream has 450: map it to that width first");
}
