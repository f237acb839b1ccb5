#include "speculation.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <tl/decode/load.hpp>
#include <tl/model/first_layers.hpp>
#include <tl/speculation/model_draft.hpp>
#include <tl/speculation/prompt_lookup.hpp>
#include <tl/speculation/rejection.hpp>
#include <tl/speculation/tree_shape.hpp>
#include <utility>

#include "number.hpp"
#include "separated_list.hpp"

namespace tl::app {

namespace {

// A draft behind functions, so that the loop is compiled once for each kind of tree.
template <Proposal P>
class AnyDraft {
 public:
  using proposal = P;
  template <class D>
  explicit AnyDraft(std::shared_ptr<D> draft)
      : begin_([draft](const Config& config, std::size_t texts) { draft->begin(config, texts); }),
        grow_([draft](std::size_t text, const GrowingText& so_far, TokenTree<P>& tree, std::size_t most_depth) {
          draft->grow(text, so_far, tree, most_depth);
        }),
        depth_(draft->fixed_depth()) {}

  void begin(const Config& config, std::size_t texts) { begin_(config, texts); }
  void grow(std::size_t text, const GrowingText& so_far, TokenTree<P>& tree, std::size_t most_depth) {
    grow_(text, so_far, tree, most_depth);
  }
  std::size_t fixed_depth() const { return depth_; }

 private:
  std::function<void(const Config&, std::size_t)> begin_;
  std::function<void(std::size_t, const GrowingText&, TokenTree<P>&, std::size_t)> grow_;
  std::size_t depth_;
};

// --tree: a number of nodes, how many children a node has at each level, or how many each node has.
struct TreeOption {
  std::size_t nodes = 16;
  std::optional<TreeShape> shape{};  // none: the tree follows the draft
};
TreeOption parse_tree(const std::vector<std::string>& words) {
  TreeOption tree;
  if (words.empty()) return tree;
  std::string_view list = words[0];
  const bool each_node = list.starts_with("shape:");
  if (each_node) list.remove_prefix(6);
  std::vector<std::size_t> numbers;
  for (const std::string_view item : parse_list(list, "--tree"))
    numbers.push_back(parse_number<std::size_t>(item, "a number of --tree"));
  if (!each_node && std::ranges::count(numbers, 0u) != 0)
    throw Error("--tree has a 0: give a number of nodes, of children at each level, or shape: and each node's");
  if (each_node) tree.shape.emplace(std::move(numbers));
  else if (numbers.size() == 1) tree.nodes = numbers[0];
  else tree.shape = TreeShape::branching(numbers);
  return tree;
}

template <Proposal P, class Network>
AnyDraft<P> draft_of(Network network, const TreeOption& tree, ModelDraftOptions options, const Sampler& pick) {
  const auto with = [&](auto growth) {
    using Made = ModelDraft<P, Network, decltype(growth), Sampler>;
    return AnyDraft<P>(std::make_shared<Made>(std::move(network), std::move(growth), options, pick));
  };
  if (tree.shape) return with(ShapedGrowth(*tree.shape));
  return with(ConfidentGrowth({.size = tree.nodes, .depth = 5, .width = 4, .branches = 3}));
}

// Throws Error where the tokenizers of the model and of a draft's folder have other tokens.
void require_same_tokens(const Model& model, const std::string& folder) {
  if (!model.has_tokenizer() || !Model::has_tokenizer(folder)) return;
  const Tokenizer draft = Tokenizer::load(folder);
  const auto size = static_cast<Token>(model.tokenizer().vocabulary_size());
  bool same = draft.vocabulary_size() == model.tokenizer().vocabulary_size();
  for (Token token = 0; same && token != size; ++token)
    same = draft.token_bytes(token) == model.tokenizer().token_bytes(token);
  if (!same)
    throw Error("the draft `", folder,
                "` has another vocabulary than the model: a draft model must have the model's own tokens");
}

// f(network) of the first layers of the model, or of the model that --draft names.
template <class Network, class F>
auto with_draft_network(const std::string& draft, const Model& model, const Network& network, const F& f) {
  constexpr std::string_view layers = "layers:";
  if (draft.starts_with(layers))
    return f(first_layers(network,
                          parse_number<std::size_t>(draft.substr(layers.size()), "the number of layers of --draft")));
  std::error_code error;
  if (!std::filesystem::is_directory(draft, error))
    throw Error("--draft is `", draft, "`, where lookup, layers:N or the folder of a model is wanted");
  require_same_tokens(model, draft);
  return f(load_network<dynamic_gpt2, typename Network::storage_type>(draft, model.run_options()));
}

}  // namespace

void SpeculationOptions::declare(Options& options) {
  options.optional("--draft", draft_, "DRAFT",
                   "What proposes: lookup (the default), layers:N (the model's first N) or DIR, a smaller model");
  options.optional(
      "--tree", tree_, "N|N,M,...|shape:N,M,...",
      "Nodes of a tree at most (default: 16); of a model, or children of a node at each level, or of each node "
      "(the best tree of --explain)");
  options.optional("--rule", rule_, "RULE",
                   "match (the default), deterministic, without-replacement or independent; see below");
  options.optional("--head", head_, "N", "Of a draft that is a model: propose tokens below N only");
}

Speculation<RunOf<dynamic_gpt2, DynamicHooks&>> SpeculationOptions::run(
    const Model& model, std::span<const Prompt> prompts, const GenerateOptions& generate, const Sampler& pick,
    const OnToken& on_token, const std::function<void(SpeculatedStep)>& on_step, DynamicHooks& hooks) const {
  using Result = Speculation<RunOf<dynamic_gpt2, DynamicHooks&>>;
  const std::string draft = draft_.empty() ? "lookup" : draft_[0], rule = rule_.empty() ? "match" : rule_[0];
  const TreeOption tree = parse_tree(tree_);
  const ModelDraftOptions options{head_.empty() ? 0 : parse_number<std::size_t>(head_[0], "--head"), generate.threads};
  const bool lookup = draft == "lookup", sampled = rule == "without-replacement" || rule == "independent";
  if (!sampled && rule != "match" && rule != "deterministic")
    throw Error("--rule is `", rule, "`, where match, deterministic, without-replacement or independent is wanted");
  if (lookup && sampled)
    throw Error("--rule ", rule,
                " is for children that are drawn, and --draft lookup chooses them: give a model, or another rule");
  if (lookup && !head_.empty()) throw Error("--head is for a draft that is a model, and --draft is lookup");
  if (lookup && tree.shape)
    throw Error("--tree of --draft lookup is one number: its trees have the shape of what was found");

  return model.with_network([&](const auto& network) {
    const auto speculated = [&]<Proposal P>(AnyDraft<P> any, auto how) -> Result {
      const OnTree<P> on_tree = [&](std::size_t text, const TokenTree<P>& grown, std::span<const std::size_t> path,
                                    const GrowingText& so_far) {
        SpeculatedStep step{
            text, so_far.tokens.size() - path.size() - 1, {}, {}, {path.begin(), path.end()}, so_far.tokens.back()};
        for (std::size_t node = 0; node != grown.size(); ++node) {
          step.nodes.push_back(grown.nodes()[node]);
          step.confidence.push_back(grown.confidence(node));
        }
        on_step(std::move(step));
      };
      return tl::speculate(network, prompts, any, std::move(how), {generate, true}, pick, on_token,
                           on_step ? on_tree : OnTree<P>{}, hooks);
    };
    const auto of_model = [&]<Proposal P>(std::type_identity<P>) {
      return with_draft_network(draft, model, network, [&]<class N>(N small) {
        return draft_of<P, N>(std::move(small), tree, options, pick);
      });
    };
    if (rule == "without-replacement")
      return speculated(of_model(std::type_identity<SampledWithoutReplacement>{}),
                        Rejection<SampledWithoutReplacement>{});
    if (rule == "independent")
      return speculated(of_model(std::type_identity<SampledIndependently>{}), Rejection<SampledIndependently>{});
    const auto chosen =
        lookup ? AnyDraft<Deterministic>(std::make_shared<PromptLookup>(PromptLookup::Options{.nodes = tree.nodes}))
               : of_model(std::type_identity<Deterministic>{});
    if (rule == "match") return speculated(chosen, Match{});
    return speculated(chosen, Rejection<Deterministic>{});
  });
}

std::string verdict(double tokens_per_step, const Payoff& payoff) {
  std::string text = fmt::format("{:.2f} tokens a step", tokens_per_step);
  if (payoff.drafted() == 0) return text + "; the text was too short to ask the draft";
  if (payoff.plain() != 0) text += fmt::format("; with drafts {:.2f} times as fast as without", payoff.speedup());
  if (payoff.turned_off() != 0)
    text += fmt::format("; the draft did not pay and was turned off {}: {} of {} steps went without",
                        payoff.turned_off() == 1 ? "once" : fmt::format("{} times", payoff.turned_off()),
                        payoff.plain(), payoff.plain() + payoff.drafted());
  return text;
}

}  // namespace tl::app
