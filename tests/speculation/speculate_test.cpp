// Whatever is proposed, and however often it is right, the text is that of generate().
#include <tl/speculation/speculate.hpp>

#include <map>
#include <tl/hooks/ablate.hpp>
#include <tl/hooks/dynamic_hooks.hpp>
#include <tl/model/first_layers.hpp>
#include <tl/speculation/model_draft.hpp>
#include <tl/speculation/prompt_lookup.hpp>
#include <tl/speculation/rejection.hpp>
#include "../catch.hpp"
#include "../model/small_models.hpp"

using namespace tl;

namespace {

const auto& model() {
  static const auto one = random_model<odd>();
  return one;
}

const GenerateOptions greedy{.max_new_tokens = 1000, .sampling = {.temperature = 0}};
const GenerateOptions sampled{.max_new_tokens = 40, .sampling = {.temperature = 0.5, .top_p = 0.9, .seed = 3}};

template <class D, class Rule, class... Policies>
auto speculated(D& draft, const Rule& rule, std::span<const Prompt> prompts, const GenerateOptions& options,
                bool adaptive, Policies&&... policies) {
  return speculate(model(), prompts, draft, rule, {options, adaptive}, Sampler(options.sampling), OnToken{},
                   OnTree<typename D::proposal>{}, std::forward<Policies>(policies)...);
}
template <class... Policies>
auto vanilla(std::span<const Prompt> prompts, const GenerateOptions& options, Policies&&... policies) {
  return generate(model(), prompts, options, Sampler(options.sampling), OnToken{}, std::forward<Policies>(policies)...);
}
// Texts and why they ended.
template <class G>
auto texts_of(const G& generation) {
  std::vector<std::pair<std::vector<Token>, StopReason>> list;
  for (const auto& text : generation.texts) list.emplace_back(text.tokens, text.stop);
  return list;
}

// Drafts of every kind, by f(draft).
template <class F>
void each_draft(F f) {
  PromptLookup lookup({.nodes = 12, .least_probability = 0.02});
  f(lookup);
  const TreeShape shape = TreeShape::branching(std::vector<std::size_t>{3, 2, 1});
  auto without = model_draft<SampledWithoutReplacement>(first_layers(model(), 2), ShapedGrowth(shape), {},
                                                        Sampler(sampled.sampling));
  f(without);
  auto independent = model_draft<SampledIndependently>(model(), ShapedGrowth(shape));
  f(independent);
  auto confident =
      model_draft<Deterministic>(first_layers(model(), 1), ConfidentGrowth({.size = 9, .depth = 4}), {.head = 64});
  f(confident);
}

const std::vector<std::vector<Token>>& inputs() {
  static const std::vector<std::vector<Token>> list{
      some_tokens(20, odd), some_tokens(5, odd, 3), {1, 2, 3, 1, 2, 3, 1, 2, 3, 1}};
  return list;
}
std::vector<Prompt> prompts() {
  std::vector<Prompt> list;
  for (const auto& tokens : inputs()) list.push_back({tokens, list.size()});
  return list;
}

}  // namespace

TEST_CASE("the text is that without speculation, greedy or sampled, with every draft, until the context is full") {
  const auto texts = prompts();
  for (const GenerateOptions& options : {greedy, sampled}) {
    const auto expected = texts_of(vanilla(texts, options));
    if (options.sampling.temperature == 0) CHECK(expected[0].second == StopReason::context_full);
    double most = 0;
    each_draft([&](auto& draft) {
      const auto together = speculated(draft, Match{}, texts, options, false);
      CHECK((texts_of(together) == expected));
      CHECK(together.payoff.drafted() == together.forward_passes - 1);
      most = std::max(most, together.tokens_per_step());
      for (std::size_t i = 0; i != texts.size() && options.sampling.temperature == 0; ++i)
        CHECK((texts_of(speculated(draft, Match{}, std::span(texts).subspan(i, 1), options, true))[0] == expected[i]));
    });
    CHECK(most > 1.2);
  }
}

TEST_CASE("after every step the cache is that of the text in a line") {
  using Rows = std::map<std::pair<std::size_t, int>, std::vector<float>>;  // by position and layer
  const auto keep = [](Rows& rows, auto view, const Context& at) {
    rows[{at.position(), at.layer}] = {view.data(), view.data() + view.size()};
  };
  each_draft([&](auto& draft) {
    for (const std::vector<Token>& tokens : inputs()) {
      Rows roots, line;  // the pattern of a step's root depends on every key before, its z on every value too
      std::pair<std::size_t, int> last{0, -1};
      const auto root = [&](auto view, const Context& at) {
        if (at.phase() == Phase::verify && std::exchange(last, {at.step(), at.layer}) != std::pair{at.step(), at.layer})
          keep(roots, view, at);
      };
      const Prompt prompt{tokens};
      const auto text =
          speculated(draft, Match{}, std::span(&prompt, 1), greedy, false, observe<"blocks.*.attn.hook_pattern">(root))
              .texts[0]
              .tokens;
      std::vector<Token> whole = tokens;
      whole.insert(whole.end(), text.begin(), text.end() - 1);
      model().run(whole,
                  observe<"blocks.*.attn.hook_pattern">([&](auto view, const Context& at) { keep(line, view, at); }));
      REQUIRE(roots.size() >= 3 * 5);
      for (const auto& [at, row] : roots) CHECK((line.at(at) == row));
    }
  });
}

TEST_CASE("stop tokens and callbacks end a text within a path") {
  const auto texts = prompts();
  const auto whole = vanilla(texts, greedy);
  for (const std::size_t at : {3u, 17u, 18u, 19u}) {
    GenerateOptions options = greedy;
    options.stop_tokens = {whole.texts[2].tokens[at]};
    PromptLookup draft({.least_probability = 0.02});
    CHECK((texts_of(speculated(draft, Match{}, texts, options, false)) == texts_of(vanilla(texts, options))));
    options = greedy;
    options.max_new_tokens = at;
    CHECK((texts_of(speculated(draft, Match{}, texts, options, false)) == texts_of(vanilla(texts, options))));
    std::size_t drawn = 0;
    const OnToken three = [&](std::size_t text, Token) { return text != 2 || ++drawn != at; };
    const auto cut = speculate(model(), texts, draft, Match{}, {greedy, false}, Sampler(greedy.sampling), three, {});
    CHECK((cut.texts[2].tokens.size() == at && cut.texts[2].stop == StopReason::callback));
  }
}

TEST_CASE("stages shape the logits of a node by the text that leads to it") {
  const auto texts = prompts();
  GenerateOptions options = sampled;
  options.sampling = {.temperature = 0.7, .repetition_penalty = 1.3, .frequency_penalty = 0.4, .seed = 9};
  const auto expected = texts_of(vanilla(texts, options));
  each_draft([&](auto& draft) { CHECK((texts_of(speculated(draft, Match{}, texts, options, false)) == expected)); });
}

TEST_CASE("hooks that go by position write the same in drafts") {
  const auto texts = prompts();
  const auto hook = [] { return ablate<"blocks.1.attn.hook_z">(heads{1}).where(generated_only); };
  const auto expected = texts_of(vanilla(texts, greedy, hook()));
  CHECK((expected != texts_of(vanilla(texts, greedy))));
  PromptLookup draft({.least_probability = 0.02});
  CHECK((texts_of(speculated(draft, Match{}, texts, greedy, false, hook())) == expected));
}

TEST_CASE("rejection gives texts with each kind of tree, the same with the same seed") {
  const auto texts = prompts();
  each_draft([&]<class D>(D& draft) {
    const auto once = speculated(draft, Rejection<typename D::proposal>{}, texts, sampled, true);
    CHECK((texts_of(once) == texts_of(speculated(draft, Rejection<typename D::proposal>{}, texts, sampled, true))));
    CHECK(once.texts[0].tokens.size() == 40);
  });
}

TEST_CASE("a draft that cannot pay is turned off, and the text is the same") {
  const auto other = random_model<odd>(odd, 2);
  auto draft = model_draft<Deterministic>(other, ShapedGrowth(TreeShape::chain(3)));
  const auto texts = prompts();
  const auto generation = speculated(draft, Match{}, texts, greedy, true);
  CHECK((texts_of(generation) == texts_of(vanilla(texts, greedy))));
  CHECK((generation.payoff.turned_off() != 0 && generation.payoff.plain() > generation.payoff.drafted()));
  CHECK(generation.payoff.speedup() < 1);
}

TEST_CASE("what speculation refuses is said in a sentence") {
  const auto texts = prompts();
  const auto other = random_model<wide>();
  auto stranger = model_draft<Deterministic>(other, ShapedGrowth(TreeShape::chain(3)));
  CHECK_THROWS_WITH(speculated(stranger, Match{}, texts, greedy, true),
                    "the draft has a vocabulary of 611 tokens and the model one of 207: a draft model must have the "
                    "model's own tokens");
  auto deep = model_draft<Deterministic>(model(), ShapedGrowth(TreeShape::chain(71)));
  CHECK_THROWS_WITH(speculated(deep, Match{}, texts, greedy, true),
                    "the token tree is 71 tokens deep, and behind a prompt of 20 the context of 90 has room for 70");
  PromptLookup draft;
  DynamicHooks hooks;
  hooks.capture("blocks.0.hook_resid_pre");
  CHECK_THROWS_WITH(speculated(draft, Match{}, texts, greedy, true, hooks),
                    "speculation runs rows that may be taken back, so nothing can be captured meanwhile: run the "
                    "finished text with the captures, which gives the same bits");
}
