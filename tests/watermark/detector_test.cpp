#include <set>
#include <tl/watermark/detector.hpp>

#include "../catch.hpp"
#include "texts.hpp"

namespace {
const tl::DetectOptions four{.prompt_length = 4};

template <class Scheme>
void require_found(const Scheme& scheme) {
  const auto tokens = texts::watermarked(scheme, 2, 120, 1);
  const auto found = tl::WatermarkDetector{scheme}.detect(tokens, four);
  CHECK(found.z > 5);
  CHECK(found.p_value.value_or(1) < 1e-5);
  Scheme other = scheme;
  other.key ^= 1;
  CHECK(std::abs(tl::WatermarkDetector{other}.detect(tokens, four).z) < 4);
}
}  // namespace

TEST_CASE("what a scheme writes its detector finds, and no other key's") {
  const std::uint64_t key = 15485863;
  const tl::BernoulliList list{.25};
  require_found(tl::WatermarkScheme{key, tl::LeftHash<1>{}, list});
  require_found(tl::WatermarkScheme{key, tl::LeftHash<4>{}, list});
  require_found(tl::WatermarkScheme{key, tl::MinHash<4>{}, list});
  require_found(tl::WatermarkScheme{key, tl::SelfHash<3>{}, list});
  require_found(tl::WatermarkScheme{key, tl::Unigram{}, list});
  require_found(tl::WatermarkScheme{key, tl::LeftHash<1>{}, tl::ExactList{.25, 256}});
}

TEST_CASE("prompt tokens and those without a whole context are not scored; every colour counts once") {
  const tl::WatermarkScheme scheme{3, tl::LeftHash<2>{}, tl::BernoulliList{.5}};
  const tl::WatermarkDetector detector{scheme};
  const texts::Tokens tokens{1, 2, 3, 4, 1, 2, 3, 4, 5};
  const auto scored = [&](std::size_t prompt_length) {
    std::vector<std::size_t> at;
    const auto found = detector.detect(tokens, {.prompt_length = prompt_length});
    std::size_t green = 0;
    for (std::size_t i = 0; i != tokens.size(); ++i) {
      if (i >= std::max<std::size_t>(2, prompt_length))
        CHECK(found.tokens[i].green == scheme.green(scheme.after(std::span(tokens).subspan(i - 2, 2)), tokens[i]));
      if (!found.tokens[i].scored) continue;
      at.push_back(i);
      green += found.tokens[i].green;
      CHECK(found.tokens[i].z == tl::green_z(green, at.size(), .5));
    }
    CHECK(found.scored == at.size());
    CHECK(found.green == green);
    return at;
  };
  CHECK(scored(0) == std::vector<std::size_t>{2, 3, 4, 5, 8});  // 123 and 234 come again
  CHECK(scored(4) == std::vector<std::size_t>{4, 5, 6, 7, 8});  // those of the prompt were not counted
}

TEST_CASE("a min hash's colour counts once though its contexts differ") {
  const tl::WatermarkDetector detector{tl::WatermarkScheme{3, tl::MinHash<4>{}, tl::BernoulliList{.5}}};
  const auto tokens = texts::random(400, 1, 12);  // few tokens: the least of four often is the same
  std::set<std::vector<tl::Token>> grams;
  for (std::size_t i = 4; i != tokens.size(); ++i)
    grams.emplace(tokens.begin() + static_cast<std::ptrdiff_t>(i - 4),
                  tokens.begin() + static_cast<std::ptrdiff_t>(i + 1));
  CHECK(grams.size() > 350);
  CHECK(detector.detect(tokens).scored <= 12 * 12);
}

// Repeated bigrams counted again would make a quarter of the periodic texts significant at .001.
TEST_CASE("false positives under random keys stay below the level, also of periodic texts") {
  std::uint64_t key = 0;
  for (const std::size_t period : {5u, 10u, 20u, 200u}) {
    constexpr std::size_t count = 1000;
    std::size_t positives = 0;
    for (std::size_t i = 0; i != count; ++i) {
      const tl::WatermarkScheme scheme{++key, tl::LeftHash<1>{}, tl::BernoulliList{.25}};
      const auto found = tl::WatermarkDetector{scheme}.detect(texts::periodic(200, period, key), {.level = .01});
      CHECK(found.scored <= period);
      CHECK(found.scored + 4 > std::min<std::size_t>(period, 199));
      positives += found.p_value && *found.p_value <= .01;
    }
    CHECK(positives <= 22);  // of 10 expected at most: chance 3e-4
  }
}

TEST_CASE("a text too short to decide gets no p-value; no text is an error") {
  const tl::WatermarkDetector detector{tl::WatermarkScheme{3, tl::LeftHash<1>{}, tl::BernoulliList{.25}}};
  const auto tokens = texts::random(20, 1);
  CHECK(!detector.detect(std::span(tokens).first(8)).p_value);  // .25^7 is 6e-5
  CHECK(detector.detect(std::span(tokens).first(9)).p_value);
  CHECK(detector.detect(std::span(tokens).first(1)).scored == 0);
  CHECK_THROWS_WITH(detector.detect(texts::Tokens{}), Catch::Matchers::StartsWith("there is no text"));
  CHECK_THROWS_AS(detector.detect(tokens, {.prompt_length = 20}), tl::Error);
}

TEST_CASE("behind a gate only tokens of high entropy are scored") {
  const tl::WatermarkScheme gated{3, tl::LeftHash<1>{}, tl::BernoulliList{.25}, tl::EntropyGate{.9}};
  const auto tokens = texts::random(6, 1);
  const std::vector<double> entropies{0, 1, .5, 2, .9, .91};
  const auto found = tl::WatermarkDetector{gated}.detect(tokens, entropies);
  for (std::size_t i = 0; i != tokens.size(); ++i) CHECK(found.tokens[i].scored == (i == 1 || i == 3 || i == 5));
  CHECK_THROWS_AS(tl::WatermarkDetector{gated}.detect(tokens, std::span(entropies).first(3)), tl::Error);
  const tl::WatermarkDetector dynamic{tl::WatermarkOptions{.entropy_threshold = .9}.scheme(3, 4096)};
  CHECK_THROWS_WITH(dynamic.detect(tokens), Catch::Matchers::StartsWith("the watermark has an entropy gate"));
  CHECK(dynamic.detect(tokens, entropies).scored == found.scored);
}
