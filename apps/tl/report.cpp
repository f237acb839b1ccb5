// tl report: one page of pictures about a prompt.
#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>
#include <tl/interp/induction.hpp>
#include <tl/interp/logit_attribution.hpp>
#include <tl/interp/logit_lens.hpp>
#include <tl/report/attention.hpp>
#include <tl/report/bars.hpp>
#include <tl/report/heat_map.hpp>
#include <tl/report/report.hpp>
#include <tl/report/token_text.hpp>

#include "command.hpp"
#include "patched.hpp"
#include "prompts.hpp"
#include "provenance.hpp"
#include "standard_output.hpp"
#include "target.hpp"

namespace tl::app {

namespace {

namespace draw = tl::report;

struct Settings {
  ModelOptions model;
  PromptOptions prompt, corrupted{"corrupt"};
  TargetOptions target;
  std::string out = "report.html";
  std::size_t length = 50;
  std::uint64_t seed = 0;
};

std::string label(const Model& model, Token token) {
  return model.has_tokenizer() ? model.token(token) : std::to_string(token);
}
std::vector<std::string> labels(const Model& model, std::span<const Token> tokens) {
  std::vector<std::string> out;
  for (const Token token : tokens) out.push_back(label(model, token));
  return out;
}
draw::Candidate candidate(const Model& model, const TokenLogProb& found) {
  return {label(model, found.token), std::exp(static_cast<double>(found.log_prob))};
}

constexpr std::size_t candidates = 3;  // shown where a cell or token is hovered

draw::HeatMap lens_map(const Model& model, std::span<const Token> tokens, const LogitLens& lens) {
  draw::HeatMap map{.title = "Logit lens",
                    .grid = lens.kl,
                    .row_labels = lens.labels,
                    .column_labels = labels(model, tokens),
                    .unit = "nats to the output",
                    .note = "Each cell is the likeliest next token; the paler, the nearer to the model's own output."};
  for (std::size_t row = 0; row != lens.rows(); ++row)
    for (std::size_t pos = 0; pos != tokens.size(); ++pos) {
      draw::Candidates top;
      for (std::size_t rank = 0; rank != lens.top.extent<"rank">(); ++rank)
        top.push_back(candidate(model, lens.top(row, pos, rank)));
      map.cell_text.push_back(top[0].token);
      map.top.push_back(std::move(top));
    }
  return map;
}

// The first token has nothing before it that could have said it. What was likely instead is of the lens's last row.
draw::TokenText log_prob_text(const Model& model, std::span<const Token> tokens, const LogitLens& lens) {
  draw::Passage passage{labels(model, tokens), {std::numeric_limits<float>::quiet_NaN()}, {{}}, {}};
  for (std::size_t i = 1; i != tokens.size(); ++i) {
    passage.values.push_back(-lens.cross_entropy(lens.rows() - 1, i - 1));
    draw::Candidates top;
    for (std::size_t rank = 0; rank != lens.top.extent<"rank">(); ++rank)
      top.push_back(candidate(model, lens.top(lens.rows() - 1, i - 1, rank)));
    passage.top.push_back(std::move(top));
  }
  return {.title = "Log-probability of each token",
          .passages = {std::move(passage)},
          .unit = "nats",
          .note = "Of each token after those before it; what was likely instead is shown where one is pointed at."};
}

draw::Attention attention(const Model& model, std::span<const Token> tokens) {
  DynamicHooks hooks;
  hooks.capture("blocks.*.attn.hook_pattern");
  model.with_float32([&](const auto& network) { network.run(tokens, model.run_options(), hooks); });
  draw::Attention chart{.title = "Attention by head", .tokens = labels(model, tokens), .layers = {}};
  for (const NamedArray& layer : hooks.take()) {
    using View = TensorView<const float, Dim<"head">, Dim<"pos">, Dim<"key_pos">>;
    const std::vector<std::size_t>& extents = layer.array.extents;
    chart.layers.emplace_back(
        "layer " + std::to_string(chart.layers.size()),
        View(layer.array.values.data(), View::shape_type::of({extents[0], extents[1], extents[2]})));
  }
  return chart;
}

// The model's own answer where none is given.
LogitTarget target_of(const Settings& settings, const Model& model, const LogitLens& lens) {
  if (settings.target.given()) return settings.target.read(model);
  return {lens.top(lens.rows() - 1, lens.positions.size() - 1, 0).token};
}

std::string name(const Model& model, const LogitTarget& target) {
  const std::string answer = "\"" + label(model, target.answer) + "\"";
  return target.foil ? answer + " less \"" + label(model, *target.foil) + "\"" : answer;
}

void run(const Settings& settings, const Arguments& arguments) {
  const Model model(settings.model);
  auto prompts = settings.prompt.read(model);
  const bool patches = settings.corrupted.given();
  if (patches) prompts.push_back(settings.corrupted.read(model, settings.prompt).front());
  const std::vector<Token>& tokens = prompts.front();
  const RunOptions options = model.run_options();

  const LogitLens lens = model.with_float32([&](const auto& network) {
    return logit_lens(network, tokens, {.top_count = std::min(candidates, model.config().d_vocab)}, options);
  });
  const LogitTarget target = patches ? settings.target.read_both(model) : target_of(settings, model, lens);
  const auto at_last = [](std::size_t pos, std::size_t length) { return pos + 1 == length; };
  const LogitAttribution attribution = model.with_float32([&](const auto& network) {
    return logit_attribution(network, tokens, target, {Components::heads, at_last}, options);
  });
  const RepeatedTokens repeated(model.config().d_vocab,
                                {.length = std::min(settings.length, (model.config().n_ctx - 1) / 2),
                                 .bos = model.has_tokenizer() ? model.tokenizer().bos() : std::nullopt,
                                 .random = {settings.seed, 0}});
  const HeadScores induction =
      model.with_float32([&](const auto& network) { return induction_scores(network, repeated, options); });

  auto made = provenance(arguments, model, prompts);
  made["seed"] = settings.seed;
  draw::Report page("What the model makes of a prompt", table_of(made));
  page.section("The text").add(log_prob_text(model, tokens, lens));
  page.section("What it would say after each layer").add(lens_map(model, tokens, lens));
  page.section("What adds to the answer")
      .add(draw::Bars{.title = "Logit of " + name(model, target) + " after the prompt",
                      .labels = attribution.labels,
                      .values = {attribution.values.values().begin(), attribution.values.values().end()},
                      .unit = "logit"});
  if (patches) {
    const PatchTask task{prompts[0], prompts[1], logit_difference(target.answer, *target.foil)};
    const Patched grid = patched(model, task, sweep_site("resid_pre", false));
    page.section("What brings the answer back")
        .add(draw::HeatMap{
            .title = "The clean prompt's residual stream put into the corrupted run",
            .grid = {"layer", "pos", grid.extents[0], grid.extents[1], grid.normalised},
            .column_labels = labels(model, tokens),
            .colors = draw::diverging(),
            .unit = "brought back",
            .note = fmt::format("0 as of the corrupted prompt ({:.2f}), 1 as of the clean one ({:.2f}): {}.",
                                grid.corrupted, grid.clean, name(model, target))});
  }
  page.section("Where it looks").add(attention(model, tokens));
  page.section("Induction heads")
      .add(draw::HeatMap{
          .title = "Induction score of each head",
          .grid = induction,
          .colors = draw::sequential(0, 1),
          .unit = "attention",
          .show_values = true,
          .note = fmt::format("On {} random tokens, twice: attention from the second copy to what came next in "
                              "the first.",
                              repeated.length())});
  page.save(settings.out);
  put(fmt::format("{}\n", settings.out));
}

}  // namespace

Command report(CLI::App& program) {
  Options options(
      program, "report", "One HTML file of pictures about a prompt",
      R"(Token log-probabilities, the logit lens, what each component adds to the answer (the model's own, where none is
given), attention by head and the induction scores of all heads. With a corrupted prompt, an answer and a foil also a
patching grid. The file needs no network and no other file.

Examples:
  tl report --prompt 'Once upon a time, there was a little' --out report.html
  tl report --prompt 'Lily saw a cat. The' --corrupt 'Lily saw a dog. The' --answer ' cat' --foil ' dog')");
  const auto settings = std::make_shared<Settings>();
  settings->model.declare(options);
  settings->prompt.declare(options);
  settings->corrupted.declare(options, "A prompt of as many tokens that has another answer");
  settings->target.declare(options);
  options.number("--length", settings->length, "N",
                 "Random tokens of the induction scores, as many as fit (default: 50)");
  options.number("--seed", settings->seed, "N", "Which random tokens (default: 0)");
  options.text("--out", settings->out, "FILE.html", "The file (default: report.html)");
  return {options.command(), [settings](const Arguments& arguments) { run(*settings, arguments); }};
}

}  // namespace tl::app
