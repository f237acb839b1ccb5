// tl path: which heads bring the answer back by what they write directly into one receiver, and by nothing else.
#include <nlohmann/json.hpp>
#include <optional>
#include <tl/interp/path_patching.hpp>

#include "command.hpp"
#include "head_name.hpp"
#include "patched.hpp"

namespace tl::app {

namespace {

struct Settings {
  ModelOptions model;
  PatchTaskOptions task;
  std::string to = "logits", out;
  bool frozen_norm = false, timing = false, json = false;
};

// "5.4.k"; none is the logits.
std::optional<HeadReceiver> parse_receiver(const std::string& text, const Config& config) {
  if (text == "logits") return std::nullopt;
  const std::size_t dot = text.rfind('.');
  const std::string input = text.substr(dot == text.npos ? 0 : dot + 1);
  if (dot == text.npos || (input != "q" && input != "k" && input != "v"))
    throw Error("--to is `", text, "`, where logits or LAYER.HEAD.q, .k or .v is wanted, such as 5.4.k");
  return HeadReceiver{parse_head(std::string_view(text).substr(0, dot), "--to", config), input == "q"   ? HeadInput::q
                                                                                         : input == "k" ? HeadInput::k
                                                                                                        : HeadInput::v};
}

void run(const Settings& settings, const Arguments& arguments) {
  const Model model(settings.model);
  const Config& config = model.config();
  const std::optional<HeadReceiver> to = parse_receiver(settings.to, config);
  if (to && to->head.layer == 0) throw Error("--to is `", settings.to, "`: no head lies before layer 0");
  const TargetedTask task = settings.task.read(model);
  const ReceiverNorm norm = settings.frozen_norm ? ReceiverNorm::frozen : ReceiverNorm::recomputed;

  Patched grid{.extents = {config.n_layer, config.n_head}};
  SweepWatch watch;
  const auto values = model.with_float32([&]<class N>(const N& network) {
    const RunOptions run = model.run_options();
    grid.corrupted = Sweep<N>(network, task.task.corrupted, run).base(task.task.metric);
    grid.clean = Sweep<N>(network, task.task.clean, run).base(task.task.metric);
    grid.check();
    const HeadScores scores = to ? path_patch(network, task.task, *to, norm, run, watch.progress())
                                 : path_patch_to_logits(network, task.task, norm, run, watch.progress());
    return std::vector<double>(scores.values().begin(), scores.values().end());
  });
  const std::size_t n = task.task.clean.size();
  grid.cost = watch.cost(static_cast<double>(watch.cells()) * (to ? cell_flops(config, to->head.layer, 0, n)
                                                                  : cell_flops(config, config.n_layer - 1, n - 1, n)));
  if (settings.timing) grid.cost.measure_peak(model.run_options().resolved_threads());
  grid.interrupted = watch.interrupted();
  grid.fill(values);
  put(grid, task,
      {.made = {{"to", settings.to}, {"norm", settings.frozen_norm ? "frozen" : "recomputed"}},
       .site = sweep_site("z", false),
       .out = settings.out,
       .json = settings.json},
      model, arguments);
}

}  // namespace

Command path(CLI::App& program) {
  Options options(
      program, "path", "Which heads bring the answer back by what they write directly into one receiver",
      R"(Each cell is a run of the corrupted prompt in which one head's output is that of the clean run, for one receiver only:
the query, key or value input of a head, or the logits. What lies between does not see the change; what is behind the
receiver is computed again. With --frozen-norm the receiver's LayerNorm keeps the scale of the corrupted run. Heads that
are not before the receiver change nothing. Arrays: grid, the logit of the answer less that of the foil at the last
position, and grid_normalised, 0 as of the corrupted prompt and 1 as of the clean one; [layer, head]. Ctrl-C leaves NaN
in the cells that were not run.

Examples:
  tl path --clean 'Lily saw a cat. The' --corrupt 'Lily saw a dog. The' --answer ' cat' --foil ' dog'
  tl path --to 5.4.v --clean 'Lily saw a cat. The' --corrupt 'Lily saw a dog. The' --answer ' cat' --foil ' dog')");
  const auto settings = std::make_shared<Settings>();
  settings->model.declare(options);
  settings->task.declare(options);
  options.text("--to", settings->to, "RECEIVER", "logits (the default), or an input of a head: LAYER.HEAD.q, .k or .v");
  options.flag("--frozen-norm", settings->frozen_norm, "Keep the scale of the receiver's LayerNorm");
  options.text("--out", settings->out, "FILE.npz", "Write the arrays, and what made them as `provenance`");
  options.flag("--timing", settings->timing, timing_help);
  options.json(settings->json);
  return {options.command(), [settings](const Arguments& arguments) { run(*settings, arguments); }};
}

}  // namespace tl::app
