#include <cmath>
#include <tl/decode/draw.hpp>
#include <tl/decode/generate.hpp>
#include <tl/decode/pipeline.hpp>
#include <tl/decode/sampler.hpp>
#include <tl/hooks/ablate.hpp>
#include <tl/watermark/detector.hpp>
#include <tl/watermark/watermark.hpp>

#include "../catch.hpp"
#include "../decode/reference.hpp"
#include "../model/small_models.hpp"

namespace {
const std::vector<tl::Token> history{7, 0, 3, 9};
const tl::StepContext context{.position = 4, .history = history, .prompt_length = 4};
const tl::BernoulliList list{.25};

std::vector<float> marked(const auto& stage, std::vector<float> logits) {
  stage(logits, context);
  return logits;
}
}  // namespace

TEST_CASE("delta is added to the green tokens and nothing else is touched") {
  const auto logits = reference::logits(500, 2);  // with removed tokens
  const auto check = [&](const auto& scheme) {
    const auto after = scheme.after(std::span(history).last(scheme.width()));
    const auto now = marked(tl::Watermark{scheme, 2.0}, logits);
    for (std::size_t i = 0; i != logits.size(); ++i)
      CHECK(now[i] == (scheme.green(after, static_cast<tl::Token>(i)) ? logits[i] + 2 : logits[i]));
  };
  check(tl::WatermarkScheme{1, tl::LeftHash<2>{}, list});
  check(tl::WatermarkScheme{1, tl::SelfHash<4>{}, list});
  check(tl::WatermarkScheme{1, tl::Unigram{}, tl::ExactList{.25, 500}});
  check(tl::WatermarkOptions{.seeding = tl::SeedingKind::min_hash, .width = 3}.scheme(1, 500));
}

TEST_CASE("delta 0 changes no bit, -0 included") {
  std::vector<float> logits = reference::logits(500, 3);
  logits.insert(logits.end(), 50, -0.f);
  CHECK(same_bits(marked(tl::Watermark{tl::WatermarkScheme{1, tl::LeftHash<1>{}, list}, 0}, logits), logits));
}

TEST_CASE("before a whole context nothing is biased") {
  std::vector<float> logits = reference::logits(500, 3), before = logits;
  const tl::Watermark stage{tl::WatermarkScheme{1, tl::LeftHash<4>{}, list}, 2};
  stage(logits, {.position = 3, .history = std::span(history).first(3), .prompt_length = 3});
  CHECK(same_bits(logits, before));
}

TEST_CASE("a gate is closed where the entropy is not above its threshold") {
  const auto logits = reference::logits(500, 3);
  const double entropy = tl::entropy(logits).nats;
  const auto with = [&](double threshold) {
    return marked(tl::Watermark{tl::WatermarkScheme{1, tl::LeftHash<1>{}, list, tl::EntropyGate{threshold}}, 2},
                  logits);
  };
  CHECK(same_bits(with(entropy), logits));
  CHECK(with(std::nextafter(entropy, 0)) ==
        marked(tl::Watermark{tl::WatermarkScheme{1, tl::LeftHash<1>{}, list}, 2}, logits));
}

TEST_CASE("a watermark is a stage of pipelines, and the first of a sampler") {
  const tl::Watermark stage{tl::WatermarkScheme{1, tl::LeftHash<1>{}, list}, 2};
  const tl::Pipeline typed{stage, tl::Temperature{.8}, tl::TopP{.9}, tl::Multinomial{}};
  const tl::Sampler sampler{{.temperature = .8, .top_p = .9, .first_stage = stage}};
  for (std::uint64_t seed = 0; seed != 10; ++seed) {
    std::vector<float> a = reference::logits(300, seed), b = a;
    CHECK(typed(a, context) == sampler(b, context));
    CHECK(same_bits(a, b));
  }
}

TEST_CASE("several prompts generated at once, steered, carry the watermark that each carries alone") {
  const auto model = random_model<odd>();
  const tl::WatermarkScheme scheme{1, tl::LeftHash<2>{}, list, tl::EntropyGate{1}};
  const tl::GenerateOptions options{.max_new_tokens = 40,
                                    .sampling = {.seed = 5, .first_stage = tl::Watermark{scheme, 6}}};
  const auto steer = [] { return tl::ablate<"blocks.1.hook_mlp_out">().where(tl::generated_only); };
  const auto a = some_tokens(5, odd), b = some_tokens(9, odd, 3);
  const std::vector<tl::Prompt> prompts{{a, 0}, {b, 1}};
  const auto both = tl::generate(model, prompts, options, tl::Sampler(options.sampling), {}, steer());
  for (std::size_t i = 0; i != 2; ++i) {
    const auto alone =
        tl::generate(model, std::span(&prompts[i], 1), options, tl::Sampler(options.sampling), {}, steer());
    CHECK(both.texts[i].tokens == alone.texts[0].tokens);
    std::vector<tl::Token> text(prompts[i].tokens.begin(), prompts[i].tokens.end());
    text.insert(text.end(), alone.texts[0].tokens.begin(), alone.texts[0].tokens.end());
    // The last drawn token is not run, so a hook that goes by prompt length is the same with the text in one piece.
    auto session = model.session({}, steer());
    const auto logits = session.extend(session.open(prompts[i].tokens.size()), text, tl::Need::all_logits);
    std::vector<double> entropies(1);
    for (std::size_t row = 0; row + 1 != text.size(); ++row)
      entropies.push_back(tl::entropy(logits(row).values()).nats);
    const auto found =
        tl::WatermarkDetector{scheme}.detect(text, entropies, {.prompt_length = prompts[i].tokens.size()});
    CHECK(found.scored > 20);
    CHECK(found.z > 4);
  }
}

TEST_CASE("delta is finite and not negative") {
  const tl::WatermarkScheme scheme{1, tl::LeftHash<1>{}, list};
  for (const double delta : {-1., std::nan(""), 1e60})
    CHECK_THROWS_WITH(tl::Watermark(scheme, delta), Catch::Matchers::StartsWith("delta is "));
}
