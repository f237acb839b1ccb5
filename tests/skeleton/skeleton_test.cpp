#include <tl/skeleton/skeleton.hpp>

#include <map>
#include <tl/decode/load.hpp>
#include <tl/hooks/ablate.hpp>
#include "../catch.hpp"

using namespace tl;

namespace {
const LanguageModel<tinystories_6l>& model() {
  static const auto loaded = load<tinystories_6l>(TL_SOURCE_DIR "/models/tinystories-6l");
  return loaded;
}
const Route at_once{true, "told so"}, in_order{false, "told so"};
const auto parallel = [](std::string_view, std::span<const SkeletonPoint>) { return at_once; };
const auto sequential = [](std::string_view, std::span<const SkeletonPoint>) { return in_order; };
const std::string question = "In the park there are many animals.";
const SkeletonOptions options{
    .limits = {.min_points = 3, .max_points = 4}, .max_point_tokens = 12, .sampling = {.temperature = 0.7, .seed = 2}};
std::size_t longest(const SkeletonAnswer& answer) {
  std::size_t most = 0;
  for (const ExpandedPoint& p : answer.points) most = std::max(most, p.written.tokens.size());
  return most;
}
}  // namespace

TEST_CASE("passes are those of the skeleton and of the longest point, and the past of the points is not run again") {
  const SkeletonAnswer answer = answer_by_skeleton(model(), question, options, parallel, {});
  REQUIRE(answer.points.size() >= 3);
  CHECK(answer.route.reason == "told so");
  CHECK(answer.forward_passes() == answer.skeleton_tokens.size() + longest(answer));
  const std::size_t begins = model().prompt(question + "\n").size();
  CHECK(answer.skeleton_cost.rows() == begins + answer.skeleton_tokens.size() - 1);
  // Where the EOS ended the skeleton all of it was run; else its last token is left to each point.
  const bool ended = answer.skeleton_tokens.back() == *model().tokenizer().eos();
  CHECK(answer.point_cost.shared_positions == answer.skeleton_cost.rows());
  std::size_t rows = 0;
  for (const ExpandedPoint& p : answer.points)
    rows += p.written.prompt.size() + p.written.tokens.size() - 1 + (ended ? 0 : 1);
  CHECK(answer.point_cost.rows() == rows);
}

TEST_CASE("each point is what it is alone, behind question and skeleton") {
  const SkeletonAnswer answer = answer_by_skeleton(model(), question, options, parallel, {});
  std::vector<Token> past = model().prompt(question + "\n").ids();
  for (const Token token : answer.skeleton_tokens)
    if (token != model().tokenizer().eos()) past.push_back(token);
  for (std::size_t i = 0; i != answer.points.size(); ++i) {
    const BranchText& written = answer.points[i].written;
    auto whole = past;
    const std::string begins = "\n" + std::to_string(i + 1) + ". " + answer.points[i].point.text;
    for (const Token token : model().encode(begins)) whole.push_back(token);
    const Prompt prompt{whole, i + 1, written.tokens.size()};
    const auto alone =
        generate(model(), std::span(&prompt, 1), {.sampling = options.sampling}, Sampler(options.sampling), {});
    CHECK(alone.texts[0].tokens == written.tokens);
  }
}

TEST_CASE("a constrained skeleton parses whatever the model is like; in order, points see those before them") {
  for (std::uint64_t seed : {1u, 2u, 3u}) {
    SkeletonOptions wild = options;
    wild.sampling = {.temperature = 3, .seed = seed};
    wild.max_point_tokens = 3;
    const SkeletonAnswer answer = answer_by_skeleton(model(), "Numbers", wild, parallel, {});
    CHECK(answer.points.size() >= 3);
    CHECK(answer.points.size() <= 4);
    CHECK(answer.points.back().point.index == answer.points.size());
  }
  const SkeletonAnswer parallel_one = answer_by_skeleton(model(), question, options, parallel, {});
  const SkeletonAnswer answer = answer_by_skeleton(model(), question, options, sequential, {});
  CHECK(answer.skeleton == parallel_one.skeleton);
  CHECK(answer.points[0].written.tokens == parallel_one.points[0].written.tokens);
  std::size_t drawn = 0;
  for (const ExpandedPoint& p : answer.points) drawn += p.written.tokens.size();
  CHECK(answer.forward_passes() == answer.skeleton_tokens.size() + drawn);
  CHECK(answer.points[1].first_pass == answer.points[0].first_pass + answer.points[0].written.tokens.size());
  // The second begins with the first's text in its past.
  auto whole = model().prompt(question + "\n").ids();
  for (const Token token : answer.skeleton_tokens)
    if (token != model().tokenizer().eos()) whole.push_back(token);
  for (const std::string& text :
       {"\n1. " + answer.points[0].point.text, answer.points[0].written.text, "\n2. " + answer.points[1].point.text})
    for (const Token token : model().encode(text)) whole.push_back(token);
  const Prompt second{whole, 2, answer.points[1].written.tokens.size()};
  CHECK(generate(model(), std::span(&second, 1), {.sampling = options.sampling}, Sampler(options.sampling), {})
            .texts[0]
            .tokens == answer.points[1].written.tokens);
}

TEST_CASE("a hook of one point leaves the others as they are") {
  SkeletonOptions given = options;
  given.skeleton = "1. A dog\n2. A cat\n3. A bird\n";
  const SkeletonAnswer plain = answer_by_skeleton(model(), question, given, parallel, {});
  CHECK(plain.skeleton_tokens.empty());
  CHECK(plain.forward_passes() == 1 + longest(plain));
  const std::size_t past = model().prompt(question + "\n" + given.skeleton).size();
  CHECK(plain.point_cost.shared_positions == past);
  const SkeletonAnswer hooked = answer_by_skeleton(model(), question, given, parallel, {},
                                                   ablate<"blocks.*.hook_mlp_out">().where(sequences{2} && from{past}));
  CHECK(hooked.points[1].written.tokens != plain.points[1].written.tokens);
  CHECK(hooked.points[0].written.tokens == plain.points[0].written.tokens);
  CHECK(hooked.points[2].written.tokens == plain.points[2].written.tokens);
  CHECK(hooked.point_cost.shared_positions == past);
}

TEST_CASE("what is wrong is said in a sentence; an answer can be interrupted") {
  CHECK_THROWS_WITH(answer_by_skeleton(model(), " \n", options, parallel, {}),
                    "there is no question to write a skeleton for: it is empty");
  SkeletonOptions other = options;
  other.skeleton = "First the sun";
  CHECK_THROWS_WITH(
      answer_by_skeleton(model(), question, other, parallel, {}),
      "the skeleton has no points: a point is a line such as `1. The sun`, and the skeleton is \"First the sun\"");
  std::string far = "1. A dog";
  for (int i = 0; i != 300; ++i) far += " and a cat";
  other.skeleton = far;
  CHECK_THROWS_WITH(answer_by_skeleton(model(), question, other, parallel, {}),
                    Catch::Contains("the question does not fit: it has"));
  other.skeleton = far.substr(0, 8 + 150 * 10);
  CHECK_THROWS_WITH(answer_by_skeleton(model(), question, other, parallel, {}),
                    Catch::Contains("point 1 does not fit: with all before it, it begins with"));
  std::map<std::size_t, int> seen;
  const auto stopped = answer_by_skeleton(model(), question, options, parallel,
                                          [&](std::size_t part, Token, std::string_view) { return ++seen[part] < 4; });
  CHECK(stopped.interrupted);
  CHECK(stopped.points.empty());
  CHECK(seen == std::map<std::size_t, int>{{0, 4}});
}

TEST_CASE("a stage of the caller's own writes the skeleton too, and the list stays one") {
  SkeletonOptions own = options;
  std::size_t seen = 0;
  own.sampling.first_stage = [&](std::span<float> logits, const StepContext&) {
    ++seen;
    CHECK(std::ranges::count(logits, removed_logit) == 0);  // the model's own logits
  };
  const SkeletonAnswer answer = answer_by_skeleton(model(), question, own, parallel, {});
  CHECK(answer.points.size() >= 3);
  std::size_t drawn = answer.skeleton_tokens.size();
  for (const ExpandedPoint& p : answer.points) drawn += p.written.tokens.size();
  CHECK(seen == drawn);
}
