// The default model against TransformerLens and transformers: tests/data/goldens says what the files hold.
#include <cstring>
#include <numeric>
#include <set>
#include <string>
#include <tl/decode/generate.hpp>
#include <tl/hooks/dynamic_hooks.hpp>

#include "../catch.hpp"
#include "goldens.hpp"

namespace {

constexpr double tolerance = 1e-4;
using Static = tl::Gpt2<tl::tinystories_6l>;
using Dynamic = tl::Gpt2<tl::dynamic_gpt2>;

using Arrays = std::map<std::string, tl::CapturedArray>;

// Everything that can be observed, in one run.
template <class Model>
Arrays capture_all(const Model& model, std::span<const tl::Token> tokens) {
  tl::DynamicHooks hooks;
  for (const tl::PointInfo& point : tl::points)
    hooks.capture((point.in_block ? "blocks.*." : "") + std::string(point.name));
  model.run(tokens, hooks);
  Arrays arrays;
  for (tl::NamedArray& named : hooks.take()) arrays.emplace(named.name, std::move(named.array));
  return arrays;
}

// [pos, d_model] repeated along the heads: [pos, head, d_model].
std::vector<float> along_heads(std::span<const float> rows, std::size_t positions, std::size_t heads) {
  std::vector<float> repeated;
  const std::size_t width = rows.size() / positions;
  for (std::size_t position = 0; position != positions; ++position)
    for (std::size_t head = 0; head != heads; ++head)
      repeated.insert(repeated.end(), rows.data() + position * width, rows.data() + (position + 1) * width);
  return repeated;
}

// normalized * w + b, with the weights as the checkpoint has them: TransformerLens 3 has no point for it.
std::vector<float> after_affine(std::span<const float> normalized, const std::string& layer_norm) {
  tl::io::CheckpointFolder checkpoint(TL_SOURCE_DIR "/models/tinystories-6l");
  const std::size_t d_model = checkpoint.config().d_model;
  std::vector<float> w(d_model), b(d_model), out(normalized.size());
  checkpoint.read(layer_norm + ".weight", std::span(&d_model, 1), w.data());
  checkpoint.read(layer_norm + ".bias", std::span(&d_model, 1), b.data());
  for (std::size_t i = 0; i != out.size(); ++i) out[i] = normalized[i] * w[i % d_model] + b[i % d_model];
  return out;
}

}  // namespace

TEST_CASE("the comparison with goldens sees what it should") {
  const float inf = std::numeric_limits<float>::infinity();
  const std::vector<float> theirs{4, -inf, 0};
  REQUIRE(goldens::relative_difference(theirs, theirs) == 0);
  REQUIRE(goldens::relative_difference(std::vector<float>{4, -inf, 1}, theirs) == 0.25);
  REQUIRE(std::isinf(goldens::relative_difference(std::vector<float>{4, 0, 0}, theirs)));
  REQUIRE(std::isinf(goldens::relative_difference(std::vector<float>{-inf, -inf, 0}, theirs)));
  REQUIRE(std::isinf(goldens::relative_difference(std::vector<float>{4, -inf, std::nanf("")}, theirs)));
  REQUIRE(std::isinf(goldens::relative_difference(std::vector<float>{4, -inf}, theirs)));
}

TEMPLATE_TEST_CASE("logits, best tokens and losses are transformers'", "", Static, Dynamic) {
  const TestType& model = goldens::model<TestType>();
  const std::vector<goldens::Prompt> prompts = goldens::prompts();
  REQUIRE(prompts.size() == 7);
  for (std::size_t i = 0; i != prompts.size(); ++i) {
    CAPTURE(i);
    const tl::io::NpyArray expected = tl::io::read_npy(goldens::path("logits-" + std::to_string(i) + ".npy"));
    const auto theirs = expected.values<float>();
    const auto logits = model(prompts[i].ids);
    const auto ours = logits.values();
    REQUIRE(expected.shape == std::vector<std::size_t>{std::min<std::size_t>(prompts[i].ids.size(), 32), 4096});
    REQUIRE(goldens::difference(ours.last(theirs.size()), theirs) < tolerance);

    const auto last = ours.last(4096);
    std::vector<tl::Token> best(last.size());
    std::iota(best.begin(), best.end(), tl::Token{0});
    const auto logit = [&](tl::Token token) { return last[static_cast<std::size_t>(token)]; };
    std::ranges::partial_sort(best, best.begin() + 5, std::greater{}, logit);
    best.resize(5);
    REQUIRE(best == prompts[i].top5);
    if (prompts[i].loss) REQUIRE(std::abs(model.loss(prompts[i].ids) - *prompts[i].loss) < 1e-5);
  }
}

TEST_CASE("a model whose shape is a type has the bits of one whose shape is known at run time") {
  for (const goldens::Prompt& prompt : goldens::prompts()) {
    const auto ours = goldens::model<Static>()(prompt.ids);
    const auto theirs = goldens::model<Dynamic>()(prompt.ids);
    REQUIRE(ours.size() == theirs.size());
    REQUIRE(std::memcmp(ours.data(), theirs.data(), ours.size() * sizeof(float)) == 0);
  }
}

TEMPLATE_TEST_CASE("every hook point of every layer is TransformerLens'", "", Static, Dynamic) {
  const TestType& model = goldens::model<TestType>();
  const std::size_t heads = model.config().n_head;
  std::set<std::string> compared;
  const auto compare = [&](const std::string& name, const tl::CapturedArray& ours, std::span<const float> theirs) {
    CAPTURE(name);
    REQUIRE(goldens::relative_difference(ours.values, theirs) < tolerance);
    compared.insert(name);
  };

  const goldens::Hooks raw = goldens::hooks("hooks-raw.npz");
  const Arrays arrays = capture_all(model, raw.tokens);
  for (const auto& [name, theirs] : raw.arrays) {
    REQUIRE(arrays.contains(name));
    REQUIRE(arrays.at(name).extents == theirs.extents);
    compare(name, arrays.at(name), theirs.values);
    const std::string point = ".hook_normalized";
    if (!name.ends_with(point)) continue;
    const std::string norm = name.substr(0, name.size() - point.size());  // blocks.3.ln1 or ln_final
    std::string weights = norm == "ln_final" ? "ln_f" : norm;
    if (weights.starts_with("blocks.")) weights.replace(0, 6, "h").insert(weights.size() - 1, "_");  // h.3.ln_1
    compare(norm + ".hook_out", arrays.at(norm + ".hook_out"), after_affine(theirs.values, weights));
  }

  // With the flags on that make TransformerLens compute them; where it gives each head an input, one is in the file.
  for (const char* file : {"hooks-gated.npz", "hooks-split.npz", "hooks-attn-in.npz"}) {
    CAPTURE(file);
    const goldens::Hooks gated = goldens::hooks(file);
    const Arrays ours = capture_all(model, gated.tokens);
    REQUIRE(gated.arrays.size() >= 2 * model.config().n_layer);
    for (const auto& [name, theirs] : gated.arrays) {
      const std::size_t positions = gated.tokens.size();
      REQUIRE(ours.contains(name));
      const bool per_head = ours.at(name).extents.size() == 3 && theirs.extents.size() == 2;
      if (per_head) compare(name, ours.at(name), along_heads(theirs.values, positions, heads));
      else compare(name, ours.at(name), theirs.values);
    }
  }

  std::set<std::string> all;
  for (const auto& [name, array] : arrays) all.insert(name);
  REQUIRE(all.size() == 7 + 25 * model.config().n_layer);
  REQUIRE(compared == all);
}

TEMPLATE_TEST_CASE("greedy text is transformers' up to the first near tie", "", Static, Dynamic) {
  std::vector<tl::Prompt> prompts;
  std::vector<goldens::Prompt> references;
  for (const goldens::Prompt& prompt : goldens::prompts())
    if (!prompt.greedy.empty()) references.push_back(prompt);
  for (const goldens::Prompt& prompt : references) prompts.push_back({prompt.ids});
  REQUIRE(prompts.size() == 5);

  tl::GenerateOptions options;
  options.max_new_tokens = 60;
  options.sampling.temperature = 0;
  const auto texts =
      tl::generate(goldens::model<TestType>(), prompts, options, tl::Sampler(options.sampling), tl::OnToken{}).texts;
  std::size_t steps = 0, compared = 0;
  for (std::size_t i = 0; i != references.size(); ++i) {
    CAPTURE(i);
    const goldens::Prompt& reference = references[i];
    REQUIRE(texts[i].tokens.size() == reference.greedy.size());
    steps += reference.greedy.size();
    const auto tie = std::ranges::find_if(reference.greedy_margin, [](double margin) { return margin < 1e-3; });
    const auto certain = tie - reference.greedy_margin.begin();
    REQUIRE(std::equal(reference.greedy.begin(), reference.greedy.begin() + certain, texts[i].tokens.begin()));
    compared += static_cast<std::size_t>(certain);
  }
  REQUIRE(steps == 300);
  REQUIRE(compared * 10 >= steps * 9);
}
