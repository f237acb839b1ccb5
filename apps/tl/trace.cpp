// tl trace: where a model keeps what it says of a subject. Causal tracing (Meng et al. 2022, ROME).
#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <tl/interp/causal_trace.hpp>

#include "arrays_file.hpp"
#include "command.hpp"
#include "json_array.hpp"
#include "prompts.hpp"
#include "provenance.hpp"
#include "standard_output.hpp"
#include "subject.hpp"
#include "sweep_site.hpp"
#include "sweep_watch.hpp"
#include "target.hpp"

namespace tl::app {

namespace {

using Json = nlohmann::ordered_json;

struct Settings {
  ModelOptions model;
  PromptOptions prompt;
  TargetOptions target;
  SubjectOptions subject;
  CausalTraceOptions trace;
  std::string point = "resid_post", out;
  std::size_t last = 10;
  bool json = false;
};

Point point_of(const std::string& name) {
  for (const Point point : {Point::resid_post, Point::attn_out, Point::mlp_out})
    if ("hook_" + name == info(point).name) return point;
  throw Error("--point is `", name, "`, where resid_post, attn_out or mlp_out is wanted");
}

void run(const Settings& settings, const Arguments& arguments) {
  CausalTraceOptions options = settings.trace;
  options.point = point_of(settings.point);
  const Model model(settings.model);
  const auto prompts = settings.prompt.read(model);
  const std::vector<Token>& tokens = prompts.front();
  const LogitTarget target = settings.target.read(model);
  const Subject subject = settings.subject.read(model, tokens);
  const Metric metric = target.foil ? logit_difference(target.answer, *target.foil) : probability(target.answer);

  SweepWatch watch;
  const CausalTrace trace = model.with_float32([&](const auto& network) {
    return causal_trace(network, tokens, subject.first, subject.last, metric, options, model.run_options(),
                        watch.progress());
  });

  Json said{{"point", settings.point},
            {"subject", with_words(model, std::span(tokens).subspan(subject.first, subject.last + 1 - subject.first))},
            {"window", options.window},
            {"noise", options.noise},
            {"samples", trace.samples}};
  said["subject"]["positions"] = {subject.first, subject.last + 1};
  said["answer"] = with_words(model, std::span(&target.answer, 1));
  if (target.foil) said["foil"] = with_words(model, std::span(&*target.foil, 1));
  said["clean"] = trace.clean;
  said["corrupted"] = trace.corrupted;
  said["interrupted"] = watch.interrupted();
  if (!settings.out.empty()) {
    ArraysFile file(settings.out);
    file.add("grid", trace.restored);
    file.add("clean", io::NpyView(std::span(&trace.clean, 1), {}));
    file.add("corrupted", io::NpyView(std::span(&trace.corrupted, 1), {}));
    Json made = provenance(arguments, model, prompts);
    made["seed"] = options.seed;
    made.update(said);
    file.finish(made);
  }
  if (settings.json) {
    Json json = with_words(model, tokens);
    if (!settings.out.empty()) json["out"] = settings.out;
    json.update(said);
    json["grid"] = json_array(trace.restored);
    return put_json(json);
  }
  const auto extents = trace.restored.shape().extents();
  put(sweep_table(model, tokens, {settings.point, options.point, {.position = true}}, extents, trace.restored.values(),
                  {}, settings.last));
  put(fmt::format("{}{}: {:.4f} of the prompt, {:.4f} with noise on the subject{}\n",
                  interrupted_note(watch.interrupted()), target.foil ? "logit difference" : "probability of the answer",
                  trace.clean, trace.corrupted,
                  watch.interrupted() ? fmt::format(", of {} samples", trace.samples) : ""));
}

}  // namespace

Command trace(CLI::App& program) {
  Options options(
      program, "trace", "Where a model keeps what it says of a subject: causal tracing",
      R"(Noise is put on the embeddings of the subject, and in each cell the clean state put back at one layer and position, or
with --window in several layers around it: what of the answer comes back. A cell is the mean over samples of noise, each
the same in all cells. The subject is text, which may leave out the blank in front of it, or positions. Arrays: grid, the
answer's probability at the last position (with a foil, the logit of the answer less that of the foil), [layer, pos];
clean and corrupted, the same without noise and with nothing put back. Ctrl-C leaves out the sample that was not ended;
in the first, NaN in the cells that were not run.

Examples:
  tl trace --prompt 'Lily had a cat. Lily fed the' --subject cat --answer ' cat'
  tl trace --prompt 'Lily had a cat. Lily fed the' --subject cat --answer ' cat' --foil ' dog' --point mlp_out --window 3)");
  const auto settings = std::make_shared<Settings>();
  settings->model.declare(options);
  settings->prompt.declare(options);
  settings->subject.declare(options);
  settings->target.declare(options);
  options.text("--point", settings->point, "POINT", "What is put back: resid_post (default), attn_out or mlp_out");
  options.number("--window", settings->trace.window, "N",
                 "Layers that are put back together (default: 1; the paper: 10 of attn_out and mlp_out)");
  options.number("--samples", settings->trace.samples, "N", "Samples of noise (default: 10)");
  options.number("--noise", settings->trace.noise, "X",
                 "Times the standard deviation of the subject's embeddings (default: 3)");
  options.number("--seed", settings->trace.seed, "N", "Of the noise (default: 0)");
  options.text("--out", settings->out, "FILE.npz", "Write the arrays, and what made them as `provenance`");
  options.number("--last", settings->last, "N", "Positions of the table, from the end (default: 10)");
  options.json(settings->json);
  return {options.command(), [settings](const Arguments& arguments) { run(*settings, arguments); }};
}

}  // namespace tl::app
