// tl speculate: generation by speculation, explained: what was proposed, what was accepted, what it cost.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <tl/report/line_chart.hpp>
#include <tl/report/report.hpp>
#include <tl/report/token_text.hpp>
#include <tl/report/token_tree.hpp>
#include <tl/speculation/optimal_shape.hpp>

#include "command.hpp"
#include "interrupt.hpp"
#include "progress_line.hpp"
#include "prompts.hpp"
#include "provenance.hpp"
#include "speculation.hpp"
#include "standard_output.hpp"
#include "table.hpp"

namespace tl::app {

namespace {

using Json = nlohmann::ordered_json;
namespace draw = tl::report;

struct Settings {
  ModelOptions model;
  PromptOptions prompt;
  SpeculationOptions speculation;
  GenerateOptions generate;
  std::string report;
  bool explain = false, json = false;
};

struct Found {
  const Model& model;
  const std::vector<Token>& prompt;
  const Generated<RunOf<dynamic_gpt2, DynamicHooks&>>& text;
  const AcceptanceCounts& acceptance;
  const Payoff& payoff;
  std::size_t passes;  // after the prefill
  const std::vector<SpeculatedStep>& steps;

  std::string label(Token token) const {
    return model.has_tokenizer() ? model.token_text(token) : std::to_string(token);
  }
  std::string words() const {
    return model.has_tokenizer() ? model.tokenizer().decode(text.tokens)
                                 : fmt::format("{}", fmt::join(text.tokens, ","));
  }
  // The steps whose trees are worth looking at, most accepted first.
  std::vector<const SpeculatedStep*> best_steps(std::size_t most) const {
    std::vector<const SpeculatedStep*> best;
    for (const SpeculatedStep& step : steps)
      if (step.nodes.size() > 1) best.push_back(&step);
    std::ranges::stable_sort(best, std::ranges::greater{},
                             [](const SpeculatedStep* step) { return step->path.size(); });
    best.resize(std::min(most, best.size()));
    return best;
  }
};

bool taken(const SpeculatedStep& step, std::size_t node) {
  return std::ranges::find(step.path, node) != step.path.end();
}

// The tree as text, a node a line; a check mark at those that were accepted.
void draw_children(const Found& found, const SpeculatedStep& step, std::size_t node, const std::string& indent,
                   std::string& out) {
  std::vector<std::size_t> children;
  for (std::size_t i = 1; i < step.nodes.size(); ++i)
    if (step.nodes[i].parent == static_cast<std::ptrdiff_t>(node)) children.push_back(i);
  const bool bonus = step.path.back() == node;
  for (std::size_t i = 0; i != children.size(); ++i) {
    const bool last = i + 1 == children.size() && !bonus;
    const std::size_t child = children[i];
    out += indent + (last ? "└─ " : "├─ ") + found.label(step.nodes[child].token) + (taken(step, child) ? " ✓" : "") +
           "\n";
    draw_children(found, step, child, indent + (last ? "   " : "│  "), out);
  }
  if (bonus) out += indent + "└─ " + found.label(step.bonus) + " +\n";
}
std::string drawn(const Found& found, const SpeculatedStep& step) {
  std::string out = found.label(step.nodes[0].token) + "\n";
  draw_children(found, step, 0, "", out);
  return out;
}

// Levels of drafts in a step's tree.
std::size_t tree_depth(const SpeculatedStep& step) {
  std::vector<std::size_t> depths(step.nodes.size());
  for (std::size_t i = 1; i < depths.size(); ++i)
    depths[i] = depths[static_cast<std::size_t>(step.nodes[i].parent)] + 1;
  return std::ranges::max(depths);
}

// The shape of tree that acceptance and costs as measured ask for, of no more nodes than a pass has run; nothing where
// nothing was measured.
std::optional<OptimalShape> best_shape(const Found& found) {
  std::size_t most_nodes = 0, levels = 0;
  found.payoff.costs().for_each([&](std::size_t rows, double) { most_nodes = rows; });
  for (const SpeculatedStep& step : found.steps) levels += tree_depth(step);
  if (most_nodes == 0 || levels == 0) return std::nullopt;
  std::vector<double> costs;
  for (std::size_t n = 1; n <= most_nodes; ++n) costs.push_back(found.payoff.costs().seconds(n));
  return optimal_shape(found.acceptance.by_child(), {costs, found.payoff.draft_seconds() / static_cast<double>(levels)},
                       most_nodes - 1);
}

// As --tree shape: takes them.
std::vector<std::size_t> children(const TreeShape& shape) {
  std::vector<std::size_t> of;
  for (std::size_t node = 0; node != shape.size(); ++node) of.push_back(shape.children(node));
  return of;
}

Json as_json(const OptimalShape& best) {
  return {{"children", children(best.shape)}, {"tokens_per_step", best.tokens}, {"speedup", best.speedup}};
}

Json as_json(const Found& found) {
  Json json{{"ids", found.text.tokens}};
  if (found.model.has_tokenizer()) json["text"] = found.words();
  json["tokens_per_step"] = found.acceptance.tokens_per_step();
  json["passes"] = found.passes;
  json["steps_with_drafts"] = found.payoff.drafted();
  json["turned_off"] = found.payoff.turned_off();
  json["speedup"] = found.payoff.plain() == 0 || found.payoff.drafted() == 0 ? Json() : Json(found.payoff.speedup());
  json["acceptance_by_depth"] = found.acceptance.by_depth();
  json["acceptance_by_child"] = found.acceptance.by_child();
  json["draft_seconds"] = found.payoff.draft_seconds();
  json["pass_seconds"] = Json::array();
  found.payoff.costs().for_each([&](std::size_t rows, double seconds) {
    json["pass_seconds"].push_back({{"rows", rows}, {"seconds", seconds}});
  });
  const auto best = best_shape(found);
  json["best_shape"] = best ? as_json(*best) : Json();
  json["steps"] = Json::array();
  for (const SpeculatedStep& step : found.steps) {
    Json nodes = Json::array();
    for (const TreeNode& node : step.nodes) nodes.push_back({{"id", node.token}, {"parent", node.parent}});
    json["steps"].push_back(
        {{"position", step.position}, {"nodes", nodes}, {"path", step.path}, {"bonus", step.bonus}});
  }
  return json;
}

void explain(const Found& found) {
  put("\n" + verdict(found.acceptance.tokens_per_step(), found.payoff) + "\n\n");
  Table depths({"depth", ">accepted"});
  const auto by_depth = found.acceptance.by_depth();
  for (std::size_t depth = 0; depth != by_depth.size(); ++depth)
    depths.add({std::to_string(depth + 1), fmt::format("{:.0f} %", 100 * by_depth[depth])});
  if (!by_depth.empty()) put(depths.text() + "\n");
  Table costs({">rows", ">ms a pass", ">of one row"});
  double one = 0;
  found.payoff.costs().for_each([&](std::size_t rows, double seconds) {
    if (one == 0) one = seconds;
    costs.add({std::to_string(rows), fmt::format("{:.2f}", 1000 * seconds), fmt::format("{:.2f}", seconds / one)});
  });
  put(costs.text());
  if (const auto best = best_shape(found); best && best->shape.size() > 1)
    put(fmt::format(
        "\nthe best tree by these: {} nodes in {} levels, {:.2f} tokens a step, {:.2f} times as fast\n"
        "of a model: --tree shape:{}\n",
        best->shape.size(), best->shape.depth(), best->tokens, best->speedup, fmt::join(children(best->shape), ",")));
  else if (best) put("\nby these no tree pays\n");
  for (const SpeculatedStep* step : found.best_steps(1))
    put(fmt::format("\n{}\n{}",
                    faint(fmt::format("the tree at position {}, ✓ accepted, + the model's own:", step->position)),
                    drawn(found, *step)));
}

// The text, each token by what it was; then trees, and curves.
void write_page(const Found& found, const std::string& path, const Json& made) {
  draw::Report page("Speculation", table_of(made));
  page.text(verdict(found.acceptance.tokens_per_step(), found.payoff) + ".");
  draw::Passage passage;
  for (const Token token : found.prompt)
    passage.tokens.push_back(found.label(token)), passage.values.push_back(std::numeric_limits<float>::quiet_NaN());
  std::vector<std::size_t> accepted;  // at each step, over the text
  std::size_t at = 0;
  if (!found.text.tokens.empty())
    passage.tokens.push_back(found.label(found.text.tokens[at++])), passage.values.push_back(0);
  for (const SpeculatedStep& step : found.steps) {
    accepted.push_back(step.path.size());
    for (std::size_t i = 0; i != step.path.size() && at != found.text.tokens.size(); ++i) {
      passage.tokens.push_back(found.label(found.text.tokens[at++]));
      passage.values.push_back(i + 1 == step.path.size() ? 0.f : 1.f);
    }
  }
  page.add(
      draw::TokenText{.title = "What the draft gave",
                      .passages = {passage},
                      .colors = draw::sequential(0, 1),
                      .unit = "",
                      .note = "1: proposed by the draft and accepted; 0: the model's own; no colour: the prompt."});
  if (accepted.size() > 1) {
    draw::Series series{.name = "tokens", .y = {}};
    for (const std::size_t n : accepted) series.y.push_back(static_cast<double>(n));
    page.add(draw::LineChart{.title = "Tokens of each step",
                             .series = {series},
                             .x_label = "step",
                             .y_label = "tokens",
                             .note = "The bonus included: a step without drafts has one."});
  }
  if (const auto by_depth = found.acceptance.by_depth(); by_depth.size() > 1) {
    draw::Series series{.name = "accepted", .y = by_depth, .x = {}};
    for (std::size_t i = 0; i != by_depth.size(); ++i) series.x.push_back(static_cast<double>(i + 1));
    page.add(draw::LineChart{.title = "Acceptance by depth",
                             .series = {series},
                             .x_label = "depth",
                             .y_label = "share",
                             .note = "Of the steps that came so deep and had a proposal there."});
  }
  draw::Series costs{.name = "ms", .y = {}, .x = {}};
  found.payoff.costs().for_each([&](std::size_t rows, double seconds) {
    costs.x.push_back(static_cast<double>(rows));
    costs.y.push_back(1000 * seconds);
  });
  if (costs.x.size() > 1)
    page.add(draw::LineChart{.title = "What a pass takes",
                             .series = {costs},
                             .x_label = "rows",
                             .y_label = "ms",
                             .note = "As measured in this run."});
  page.section("Trees").text("Those of which most was accepted; the path heavily, behind it the model's own token.");
  for (const SpeculatedStep* step : found.best_steps(6)) {
    draw::TokenTree tree{.title = fmt::format("Position {}: {} of {} accepted", step->position, step->path.size() - 1,
                                              step->nodes.size() - 1),
                         .nodes = {},
                         .next = found.label(step->bonus)};
    for (std::size_t node = 0; node != step->nodes.size(); ++node)
      tree.nodes.push_back(
          {found.label(step->nodes[node].token), step->nodes[node].parent, step->confidence[node], taken(*step, node)});
    page.add(tree);
  }
  page.save(path);
}

void run(const Settings& settings, const Arguments& arguments) {
  const Model model(settings.model);
  const auto inputs = settings.prompt.read(model);
  GenerateOptions options = settings.generate;
  options.threads = model.run_options().threads;
  options.max_new_tokens = std::min(options.max_new_tokens, model.config().n_ctx);
  if (model.has_tokenizer() && model.tokenizer().eos()) options.stop_tokens.push_back(*model.tokenizer().eos());
  const Prompt prompt{inputs.front()};
  std::vector<SpeculatedStep> steps;
  DynamicHooks none;
  const auto result = [&] {
    ProgressLine progress("tokens", options.max_new_tokens);
    const Interrupt interrupt;
    std::size_t drawn = 0;
    const OnToken on_token = [&](std::size_t, Token) {
      progress.update(++drawn);
      return !interrupt.asked();
    };
    return settings.speculation.run(
        model, std::span(&prompt, 1), options, Sampler(options.sampling), on_token,
        [&](SpeculatedStep step) { steps.push_back(std::move(step)); }, none);
  }();
  const Found found{
      model, inputs.front(), result.texts.front(), result.acceptance, result.payoff, result.acceptance.steps(), steps};
  if (!settings.report.empty()) {
    Json made = provenance(arguments, model, inputs);
    made["seed"] = options.sampling.seed;
    made["generated"] = with_words(model, found.text.tokens);
    write_page(found, settings.report, made);
  }
  if (settings.json) return put_json(as_json(found));
  put(found.words() + "\n");
  if (settings.explain) return explain(found);
  put("\n" + verdict(found.acceptance.tokens_per_step(), found.payoff) + "\n");
}

}  // namespace

Command speculate(CLI::App& program) {
  Options options(
      program, "speculate", "Continue a prompt by speculation, and explain what came of it",
      R"(A draft proposes a tree of tokens, the model runs all of it in one pass, and a rule walks down as far as the model
agrees. Rules: match keeps the text that tl generate gives with the same seed; deterministic, without-replacement and
independent keep its distribution, with drafts that are chosen, drawn each from what the ones before left, or drawn each by
itself. With match t(n), what a pass of n rows takes, is measured meanwhile: it decides how much of a tree runs, and a draft
that does not pay is turned off for a while.

Examples:
  tl speculate --prompt 'One day, Tom and Tom and Tom' --temperature 0 --explain
  tl speculate --prompt 'Once upon a time' --draft layers:2 --tree 3,2,1 --temperature 0 --report tree.html)");
  const auto settings = std::make_shared<Settings>();
  SamplingOptions& sampling = settings->generate.sampling;
  settings->model.declare(options);
  settings->prompt.declare(options);
  settings->speculation.declare(options);
  options.number("--max-new-tokens", settings->generate.max_new_tokens, "N", "End after N tokens (default: 100)");
  options.number("--seed", sampling.seed, "N", "The same seed gives the same text (default: 0)");
  options.number("--temperature", sampling.temperature, "T",
                 "Divide the logits by T; 0 takes the likeliest token (default: 1)");
  options.number("--top-p", sampling.top_p, "P", "Draw from the likeliest tokens that have probability P together");
  options.flag("--explain", settings->explain,
               "Show acceptance by depth, t(n), the best tree for both, and that of which most was accepted");
  options.text("--report", settings->report, "FILE.html", "Write a page: the text by who gave it, curves, trees");
  options.json(settings->json);
  return {options.command(), [settings](const Arguments& arguments) { run(*settings, arguments); }};
}

}  // namespace tl::app
