// tl skeleton: a skeleton of an answer, then all its points at once.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <tl/report/branch_timeline.hpp>
#include <tl/report/report.hpp>
#include <tl/skeleton/skeleton.hpp>

#include "command.hpp"
#include "interrupt.hpp"
#include "progress_line.hpp"
#include "provenance.hpp"
#include "standard_output.hpp"
#include "steering.hpp"
#include "table.hpp"

namespace tl::app {

namespace {

using Json = nlohmann::ordered_json;

struct Settings {
  ModelOptions model;
  std::string question, route = "auto", report;
  std::vector<std::string> points, steer;
  SkeletonOptions skeleton;
  bool free = false, json = false;
};

Route route_of(const Settings& settings, std::span<const SkeletonPoint> listed) {
  if (settings.route == "parallel" || settings.route == "sequential")
    return {settings.route == "parallel", "--route " + settings.route};
  return DependenceWords()(settings.question, listed);
}

std::string one_line(const BranchText& written) {
  std::string line;
  for (const char c : written.text) line += c == '\n' ? ' ' : c;
  return line;
}

std::string_view why(StopReason stop) {
  switch (stop) {
    case StopReason::max_new_tokens:
      return "length";
    case StopReason::stop_token:
      return "EOS";
    case StopReason::context_full:
      return "context full";
    case StopReason::callback:
      return "stop";
  }
  return {};
}

Json as_json(const GenerationCost& cost) {
  return {{"forward_passes", cost.forward_passes},
          {"rows", cost.rows()},
          {"shared_positions", cost.shared_positions},
          {"seconds", cost.prefill_seconds + cost.decode_seconds}};
}

Json as_json(const SkeletonAnswer& answer) {
  Json list = Json::array();
  for (const ExpandedPoint& p : answer.points)
    list.push_back({{"index", p.point.index},
                    {"point", p.point.text},
                    {"text", p.written.text},
                    {"ids", p.written.tokens},
                    {"stop", why(p.written.stop)},
                    {"first_pass", p.first_pass}});
  return {{"skeleton", answer.skeleton},
          {"skeleton_ids", answer.skeleton_tokens},
          {"parallel", answer.route.parallel},
          {"route", answer.route.reason},
          {"points", std::move(list)},
          {"text", answer.text()},
          {"forward_passes", answer.forward_passes()},
          {"rows", answer.rows()},
          {"of_skeleton", as_json(answer.skeleton_cost)},
          {"of_points", as_json(answer.point_cost)},
          {"interrupted", answer.interrupted}};
}

// How much was run, in words: what a reader has to compare the passes with.
std::string summary(const SkeletonAnswer& answer) {
  std::size_t drawn = answer.skeleton_tokens.size();
  for (const ExpandedPoint& p : answer.points) drawn += p.written.tokens.size();
  return fmt::format(
      "{} tokens in {} forward passes ({} for the skeleton, {} for the points), {} rows; the {} positions "
      "before the points were run once",
      drawn, answer.forward_passes(), answer.skeleton_cost.forward_passes, answer.point_cost.forward_passes,
      answer.rows(), answer.route.parallel ? answer.point_cost.shared_positions : answer.skeleton_cost.rows());
}

void save_report(const std::string& path, const Settings& settings, const SkeletonAnswer& answer, const Model& model,
                 const Json& made) {
  report::BranchTimeline chart{
      .title = "Which forward pass gave each token", .lanes = {}, .note = summary(answer) + "."};
  if (!answer.skeleton_tokens.empty()) chart.lanes.push_back({"skeleton", {}, 1, model.tokens(answer.skeleton_tokens)});
  for (const ExpandedPoint& p : answer.points)
    chart.lanes.push_back({fmt::format("point {}", p.point.index), fmt::format("{}. {}", p.point.index, p.point.text),
                           p.first_pass, model.tokens(p.written.tokens)});
  report::Report page("A skeleton and its points", table_of(made));
  page.text(settings.question);
  page.text(fmt::format("{}: {}.", answer.route.parallel ? "At once" : "In order", answer.route.reason));
  page.section("Branches").add(chart);
  page.save(path);
}

void run(const Settings& settings, const Arguments& arguments) {
  if (settings.question.empty()) throw Error("there is no question: give --question TEXT");
  if (settings.route != "auto" && settings.route != "parallel" && settings.route != "sequential")
    throw Error("--route is `", settings.route, "`, where auto, parallel or sequential is wanted");
  std::vector<Steering> steerings;
  for (const std::string& text : settings.steer) steerings.push_back(parse_steering(text));
  SkeletonOptions options = settings.skeleton;
  options.constrained = !settings.free;
  for (std::size_t i = 0; i != settings.points.size(); ++i) {
    if (settings.points[i].empty()) throw Error("--point ", i + 1, " is empty");
    options.skeleton += fmt::format("{}. {}\n", i + 1, settings.points[i]);
  }
  static_cast<void>(Sampler(options.sampling));  // what is wrong with it is said before a model is loaded
  const Model model(settings.model);
  options.threads = model.run_options().threads;
  DynamicHooks hooks;
  for (const Steering& steering : steerings) add_steering(hooks, model, steering);

  std::size_t drawn = 0;
  const SkeletonAnswer answer = [&] {
    ProgressLine progress("tokens", options.max_skeleton_tokens + options.limits.max_points * options.max_point_tokens);
    const Interrupt interrupt;
    const auto router = [&](std::string_view, std::span<const SkeletonPoint> listed) {
      return route_of(settings, listed);
    };
    const OnSkeletonToken on_token = [&](std::size_t part, Token, std::string_view) {
      progress.update(++drawn, part == 0 ? "the skeleton" : "its points");
      return !interrupt.asked();
    };
    return model.with_network([&](const auto& network) {
      return answer_by_skeleton(network, model.tokenizer(), settings.question, options, router, on_token, hooks);
    });
  }();

  if (!settings.report.empty()) {
    const std::vector<std::vector<Token>> prompts{model.prompt(options.examples + settings.question)};
    auto made = provenance(arguments, model, prompts);
    made["seed"] = options.sampling.seed;
    made["skeleton"] = answer.skeleton;
    made["interrupted"] = answer.interrupted;
    save_report(settings.report, settings, answer, model, made);
  }
  if (settings.json) return put_json(as_json(answer));
  Table table({">", "point", "text", ">tokens", ">passes", "end"});
  for (const ExpandedPoint& p : answer.points)
    table.add({fmt::format("{}.", p.point.index), p.point.text, one_line(p.written),
               std::to_string(p.written.tokens.size()),
               fmt::format("{}-{}", p.first_pass, p.first_pass + p.written.tokens.size() - 1),
               std::string(why(p.written.stop))});
  put(table.text());
  put(fmt::format("{}: {}\n{}\n{:.2f} s for the skeleton, {:.2f} s for the points{}\n",
                  answer.route.parallel ? "at once" : "in order", answer.route.reason, summary(answer),
                  answer.skeleton_cost.prefill_seconds + answer.skeleton_cost.decode_seconds,
                  answer.point_cost.prefill_seconds + answer.point_cost.decode_seconds,
                  answer.interrupted ? "; interrupted" : ""));
}

}  // namespace

Command skeleton(CLI::App& program) {
  Options options(
      program, "skeleton", "A short numbered list first, then all its points at once",
      R"(The model writes a skeleton, "1. ...\n2. ...\n", held to that form, behind the question; or --point gives it.
Then every point is continued, all in the same forward passes, as branches of one past: question and skeleton are run
once. Points that depend on each other are written in order instead, each seeing those before it: --route auto decides by
words of the question (why, then, steps, prove, story, ...) and by how points begin (then, she, it, ...).

Examples:
  tl skeleton --question 'In the park there are many animals.' --temperature 0.6 --seed 2
  tl skeleton --question 'Everybody in the house was happy.' --point Mom --point 'The dog' --point Grandma --seed 3)");
  const auto settings = std::make_shared<Settings>();
  SkeletonOptions& skeleton = settings->skeleton;
  SamplingOptions& sampling = skeleton.sampling;
  settings->model.declare(options);
  options.text("--question", settings->question, "TEXT", "What the skeleton is an answer to; the BOS is put in front");
  options.text("--examples", skeleton.examples, "TEXT", "Before the question: how others were answered");
  options.texts("--point", settings->points, "TEXT",
                "A point, instead of a skeleton by the model; several may be given");
  options.flag("--free", settings->free, "Let the model write the skeleton as it likes");
  options.number("--min-points", skeleton.limits.min_points, "N", "At least N points (default: 3)");
  options.number("--max-points", skeleton.limits.max_points, "N", "At most N points (default: 10)");
  options.number("--min-words", skeleton.limits.min_words, "N", "Points of at least N words (default: 3)");
  options.number("--max-words", skeleton.limits.max_words, "N", "Points of at most N words (default: 5)");
  options.number("--max-skeleton-tokens", skeleton.max_skeleton_tokens, "N", "End the skeleton after N (default: 160)");
  options.number("--max-new-tokens", skeleton.max_point_tokens, "N", "End each point after N (default: 60)");
  options.text("--before", skeleton.before_point, "TEXT", "Before `3. the point` in its prompt (default: a line feed)");
  options.text("--after", skeleton.after_point, "TEXT", "Behind it (default: nothing)");
  options.texts("--stop", skeleton.stop_strings, "TEXT", "End a point before this text (default: a line feed)");
  options.text("--route", settings->route, "HOW", "auto (the default), parallel or sequential");
  options.number("--seed", sampling.seed, "N", "The same seed gives the same text (default: 0)");
  options.number("--temperature", sampling.temperature, "T",
                 "Divide the logits by T; 0 takes the likeliest token (default: 1)");
  options.number("--top-k", sampling.top_k, "K", "Draw from the K likeliest tokens");
  options.number("--top-p", sampling.top_p, "P", "Draw from the likeliest tokens that have probability P together");
  options.number("--repetition-penalty", sampling.repetition_penalty, "X",
                 "Divide positive logits of tokens in the text by X, multiply others");
  options.texts("--steer", settings->steer, "POINT:A-B:ALPHA",
                "Add ALPHA times the difference of two texts, as `tl generate` does");
  options.text("--report", settings->report, "FILE.html", "A page of the branches, side by side");
  options.json(settings->json);
  return {options.command(), [settings](const Arguments& arguments) { run(*settings, arguments); }};
}

}  // namespace tl::app
