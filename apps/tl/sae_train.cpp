// tl sae train: an SAE of a hook point, from a text.
#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>
#include <tl/io/output_file.hpp>
#include <tl/report/line_chart.hpp>
#include <tl/sae/sae_folder.hpp>
#include <tl/sae/sae_trainer.hpp>
#include <tl/sae/splice.hpp>
#include <tl/sae/training_text.hpp>

#include "command.hpp"
#include "interrupt.hpp"
#include "progress_line.hpp"
#include "provenance.hpp"
#include "read_text.hpp"
#include "separated_list.hpp"
#include "standard_output.hpp"
#include "table.hpp"

namespace tl::app {

namespace {

struct Settings {
  ModelOptions model;
  std::string text, out, hook, hook_out, architecture, widths, separator = "<|endoftext|>", dtype = "float32";
  std::uint64_t d_sae = 0, steps = 0, batch = 4096, warm_up = 0, decay = 0, sparsity_warm_up = 0, context = 128,
                buffer = 131072, dead_window = 1000, k_aux = 0, seed = 0, save_every = 500;
  double k = 32, sparsity = 1, rate = 3e-4, aux = 1, bandwidth = .05, tokens = 0;
  bool cosine = false, no_bos = false, with_first = false, scale_inputs = false, geometric_median = false,
       normalise_decoder = false, shuffle_columns = false, resume = false, json = false;
};

SaeObjective objective_of(const Settings& settings) {
  SaeObjective objective;
  const std::string architecture = !settings.architecture.empty() ? settings.architecture
                                   : settings.hook_out.empty()    ? "topk"
                                                                  : "standard";
  bool known = false;
  for (int i = 0; i != 6; ++i)
    if (architecture == name(static_cast<SaeObjectiveKind>(i)))
      objective.kind = static_cast<SaeObjectiveKind>(i), known = true;
  if (!known)
    throw Error("--architecture is `", architecture,
                "`, where standard, gated, jumprelu, topk, batchtopk or matryoshka_batchtopk is wanted");
  objective.k = static_cast<float>(settings.k);
  objective.sparsity_coefficient = static_cast<float>(settings.sparsity);
  objective.aux_loss_coefficient = static_cast<float>(settings.aux);
  objective.k_aux = settings.k_aux;
  objective.jumprelu_bandwidth = static_cast<float>(settings.bandwidth);
  if (!settings.widths.empty())
    for (const std::string_view width : parse_list(settings.widths, "--widths"))
      objective.matryoshka_widths.push_back(parse_number<std::size_t>(width, "a width of --widths"));
  return objective;
}

io::Dtype dtype_of(const std::string& dtype) {
  if (dtype == "float32") return io::Dtype::f32;
  if (dtype == "float16") return io::Dtype::f16;
  if (dtype == "bfloat16") return io::Dtype::bf16;
  throw Error("--save-dtype is `", dtype, "`, where float32, float16 or bfloat16 is wanted");
}

void write_file(const std::string& path, std::string_view text) {
  io::OutputFile file(path);
  file.write(text);
  file.commit();
}

// The curves: a line of the CSV each `every` steps.
class Curves {
 public:
  static constexpr std::size_t every = 10;
  static constexpr std::string_view heading =
      "step,tokens,loss,mse,sparsity,auxiliary,l0,explained_variance,dead_share,learning_rate,gradient_norm\n";

  void add(const SaeTrainingStep& step, std::size_t batch) {
    const SaeLosses& l = step.losses;
    add({static_cast<double>(step.step), static_cast<double>(step.step * batch), l.loss, l.mse, l.sparsity, l.auxiliary,
         l.l0, l.explained_variance, step.dead_share, step.learning_rate, step.gradient_norm});
  }
  // Those of a file up to a step: training goes on from there.
  void read(const std::string& path, std::size_t last_step) {
    if (std::error_code none; !std::filesystem::exists(path, none)) return;
    std::istringstream lines(read_text(path));
    std::string line;
    for (std::getline(lines, line); std::getline(lines, line);) {
      std::vector<double> values;
      for (const std::string_view value : parse_list(line, path)) values.push_back(parse_number<double>(value, path));
      if (values.size() == 11 && values[0] <= static_cast<double>(last_step)) add(values);
    }
  }
  void write(const std::string& folder, const std::string& hook) const {
    if (rows_.empty()) return;
    std::string csv(heading);
    for (const auto& row : rows_) csv += fmt::format("{}\n", fmt::join(row, ","));
    write_file(folder + "/training.csv", csv);
    const auto series = [&](std::string what, std::size_t column, double unit) {
      report::Series out{std::move(what), {}, {}};
      for (const auto& row : rows_) out.x.push_back(row[0]), out.y.push_back(row[column] / unit);
      return out;
    };
    const report::LineChart chart{
        "Training an SAE of " + hook,
        {series("loss / at the start", 2, rows_.front()[2]), series("explained variance", 7, 1),
         series("L0 / at the start", 6, rows_.front()[6]), series("dead share", 8, 1)},
        "step",
        "share"};
    write_file(folder + "/training.svg", chart.svg());
  }

 private:
  void add(std::vector<double> row) { rows_.push_back(std::move(row)); }
  std::vector<std::vector<double>> rows_;
};

void run(const Settings& settings, const Arguments& arguments) {
  for (const auto& [value, option] :
       {std::pair(&settings.text, "--text"), {&settings.out, "--out"}, {&settings.hook, "--hook"}})
    if (value->empty()) throw Error("tl sae train needs ", option);
  namespace fs = std::filesystem;
  SaeTraining training;
  training.objective = objective_of(settings);
  const io::Dtype dtype = dtype_of(settings.dtype);
  const std::string checkpoint = settings.out + "/checkpoint.npz", csv = settings.out + "/training.csv";
  std::error_code error;
  if (fs::exists(checkpoint, error) && !settings.resume)
    throw Error("'", checkpoint, "' is of a training that began here: give --resume to go on, or another --out");
  if (!fs::exists(checkpoint, error) && settings.resume) throw Error("there is no '", checkpoint, "' to go on from");
  fs::create_directories(settings.out, error);
  if (error) throw Error("cannot make the folder '", settings.out, "': ", error.message());

  const Model model(settings.model);
  const TrainingText text(model.tokenizer(), read_text(settings.text), settings.text,
                          {.context_size = settings.context,
                           .separator = settings.separator,
                           .prepend_bos = !settings.no_bos,
                           .exclude_first_position = !settings.with_first,
                           .seed = settings.seed});
  const RunOptions options = model.run_options();
  ActivationBuffer buffer(model.with_float32([&](const auto& network) {
    return read_activations(network, text, settings.hook, options, settings.hook_out);
  }),
                          settings.buffer, settings.seed);

  const bool transcodes = !settings.hook_out.empty();
  SaeConfig config{.architecture = transcodes ? SaeArchitecture::transcoder : training.objective.architecture(),
                   .d_in = buffer.d() - buffer.d_target()};
  config.d_out = transcodes ? buffer.d_target() : config.d_in;
  config.apply_b_dec_to_input = !transcodes;
  config.d_sae = settings.d_sae != 0 ? settings.d_sae : 8 * config.d_in;
  config.normalisation = settings.scale_inputs ? SaeNormalisation::expected_average_only_in : SaeNormalisation::none;
  config.reshape_hook_z = settings.hook.ends_with(".hook_z");
  config.site.model_name = fs::path(model.folder()).filename().string();
  config.site.hook_name = settings.hook;
  config.site.hook_name_out = settings.hook_out;
  config.site.prepend_bos = !settings.no_bos;
  config.site.center_writing_weights = model.processing().basis() == Basis::centred;
  config.site.context_size = settings.context;
  if (transcodes)
    model.with_float32([&]<class N>(const N& network) { check_splice(config, network.config(), N::basis); });
  training.batch_rows = settings.batch;
  if (settings.batch == 0) throw Error("--batch is 0: a step needs a row at least");
  if ((settings.steps == 0) == (settings.tokens == 0)) throw Error("give --steps or --tokens, one of them");
  training.steps = settings.steps != 0
                       ? settings.steps
                       : static_cast<std::size_t>(std::ceil(settings.tokens / static_cast<double>(settings.batch)));
  training.learning_rate.peak = settings.rate;
  training.learning_rate.warm_up_steps = settings.warm_up;
  training.learning_rate.decay_steps = settings.decay;
  if (settings.cosine) {
    training.learning_rate.shape = LearningRate::Shape::cosine;
    training.learning_rate.end = settings.rate / 10;
  }
  training.sparsity_warm_up_steps = settings.sparsity_warm_up;
  training.dead_feature_window = settings.dead_window;
  training.geometric_median = settings.geometric_median;
  training.normalise_decoder = settings.normalise_decoder;
  training.shuffle_columns = settings.shuffle_columns;
  training.seed = settings.seed;

  SaeTrainer trainer(config, training, buffer, options.resolved_threads());
  Curves curves;
  if (settings.resume) {
    trainer.restore(checkpoint);
    curves.read(csv, trainer.steps_done());
    if (trainer.done())
      throw Error("the training in '", settings.out, "' has ", trainer.steps_done(), " steps already: ask for more");
  }
  std::size_t kept_at = trainer.steps_done();
  const auto keep = [&] {
    trainer.save(checkpoint);
    kept_at = trainer.steps_done();
    curves.write(settings.out, settings.hook);
  };
  const std::size_t begun_at = trainer.steps_done();
  const auto began = std::chrono::steady_clock::now();
  const auto tokens_per_second = [&] {
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    return static_cast<double>((trainer.steps_done() - begun_at) * settings.batch) / seconds;
  };
  SaeTrainingStep last;
  bool interrupted = false;
  {
    ProgressLine progress("steps", training.steps - begun_at);
    const Interrupt interrupt;
    while (!trainer.done() && !interrupted) {
      try {
        last = trainer.step();
      } catch (const Error& stopped) {
        const std::string kept =
            kept_at == 0 ? "no checkpoint was written yet" : fmt::format("'{}' is of step {}", checkpoint, kept_at);
        throw Error(stopped.what(), "; ", kept);
      }
      const SaeLosses& l = last.losses;
      if (last.step % Curves::every == 0 || last.step == 1 || trainer.done()) curves.add(last, settings.batch);
      progress.update(last.step - begun_at,
                      fmt::format("loss {:.4g}, L0 {:.1f}, explained variance {:.3f}, dead {:.1f} %, {:.0f} tokens/s",
                                  l.loss, l.l0, l.explained_variance, 100 * last.dead_share, tokens_per_second()));
      interrupted = interrupt.asked();
      if (last.step % std::max<std::size_t>(1, settings.save_every) == 0 || interrupted || trainer.done()) keep();
    }
  }
  const TrainedSae trained = trainer.result();
  save_sae(settings.out, trained.config, trained.weights, dtype, trained.log_sparsity);
  auto made = provenance(arguments, model, {});
  made["seed"] = settings.seed;
  made["steps"] = trainer.steps_done();
  write_file(settings.out + "/training.json", made.dump(2) + "\n");

  if (settings.json)
    return put_json({{"out", settings.out},
                     {"steps", trainer.steps_done()},
                     {"finished", trainer.done()},
                     {"tokens", trainer.steps_done() * settings.batch},
                     {"loss", last.losses.loss},
                     {"l0", last.losses.l0},
                     {"explained_variance", last.losses.explained_variance},
                     {"dead_share", last.dead_share},
                     {"tokens_per_second", tokens_per_second()}});
  Table table({"", ""});
  table.add({"saved in", settings.out});
  table.add({"steps", fmt::format("{} of {}{}", trainer.steps_done(), training.steps,
                                  interrupted ? ", interrupted: --resume goes on" : "")});
  if (last.step != 0) {
    table.add({"loss", fmt::format("{:.5g}", last.losses.loss)});
    table.add({"L0", fmt::format("{:.2f}", last.losses.l0)});
    table.add({"explained variance", fmt::format("{:.4f}", last.losses.explained_variance)});
    table.add({"dead features", fmt::format("{:.1f} %", 100 * last.dead_share)});
    table.add({"tokens/s", fmt::format("{:.0f}", tokens_per_second())});
  }
  put(table.text());
}

}  // namespace

Command sae_train(CLI::App& family) {
  Options options(
      family, "train", "Train an SAE on what a model has at a hook point",
      R"(The text's documents go through the model as far as the hook point, each BOS + text in pieces of a context; their
rows are mixed in a buffer and trained on, the first position left out. Into the folder go the SAE as SAELens reads it
(cfg.json, sae_weights.safetensors, sparsity.safetensors), training.csv and training.svg with the curves, and
checkpoint.npz, from which --resume goes on bit for bit. Ctrl-C saves all of them and ends.

Examples:
  tl sae train --text stories.txt --hook blocks.3.hook_resid_pre --d-sae 2048 --k 32 --tokens 4e6 --lr 1e-3 --out sae
  tl sae train --text stories.txt --hook blocks.3.mlp.hook_post --architecture jumprelu --sparsity 2 --steps 2000 --out sae
  tl sae train --text stories.txt --hook blocks.3.ln2.hook_out --hook-out blocks.3.hook_mlp_out --steps 2000 --out mlp)");
  const auto settings = std::make_shared<Settings>();
  Settings& s = *settings;
  s.model.declare(options);
  options.text("--text", s.text, "FILE", "What to train on: documents, UTF-8");
  options.text("--separator", s.separator, "TEXT", "Between documents (default: <|endoftext|>; empty: one document)");
  options.text("--hook", s.hook, "NAME", "The hook point: blocks.3.hook_resid_pre, blocks.3.mlp.hook_post");
  options.text("--hook-out", s.hook_out, "NAME",
               "Train a transcoder: what is reconstructed is this hook point, from the other");
  options.text("--out", s.out, "DIR", "The folder of the SAE and its checkpoint");
  options.text(
      "--architecture", s.architecture, "NAME",
      "standard, gated, jumprelu, topk, batchtopk or matryoshka_batchtopk (default: topk; a transcoder: standard)");
  options.number("--d-sae", s.d_sae, "N", "Features (default: 8 times the width of the hook point)");
  options.number("--k", s.k, "K", "Active features of a row (batchtopk: on average) (default: 32)");
  options.text("--widths", s.widths, "LIST", "matryoshka_batchtopk: widths below d_sae, ascending");
  options.number("--sparsity", s.sparsity, "X", "Coefficient of the L1 or L0 penalty (default: 1)");
  options.number("--sparsity-warm-up", s.sparsity_warm_up, "N", "Steps in which it grows to that (default: 0)");
  options.number("--aux", s.aux, "X", "Coefficient of what dead features reconstruct (default: 1; OpenAI: 1/32)");
  options.number("--k-aux", s.k_aux, "N", "Dead features that do (default: half the hook point's width)");
  options.number("--bandwidth", s.bandwidth, "X", "jumprelu: of the estimate of a step's derivative (default: .05)");
  options.number("--steps", s.steps, "N", "Steps of the whole training");
  options.number("--tokens", s.tokens, "N", "The same as positions to train on: 4e6");
  options.number("--batch", s.batch, "N", "Positions of a step (default: 4096)");
  options.number("--lr", s.rate, "X", "Adam's learning rate (default: 3e-4)");
  options.number("--warm-up", s.warm_up, "N", "Steps in which it grows to that (default: 0)");
  options.number("--decay", s.decay, "N", "Last steps, in which it falls to 0 (default: 0)");
  options.flag("--cosine", s.cosine, "Between them it falls along a cosine to a tenth");
  options.number("--context", s.context, "N", "Tokens of a piece with its BOS (default: 128)");
  options.number("--buffer", s.buffer, "N", "Rows that are mixed (default: 131072)");
  options.number("--dead-window", s.dead_window, "N",
                 "Steps without activity after which a feature is dead (default: 1000)");
  options.flag("--no-bos", s.no_bos, "Put no BOS in front of pieces");
  options.flag("--with-first", s.with_first, "Train on the first position too");
  options.flag("--scale-inputs", s.scale_inputs,
               "Scale inputs to an average norm of sqrt(width), and the SAE back at the end");
  options.flag("--geometric-median", s.geometric_median, "b_dec begins as the geometric median of inputs, not 0");
  options.flag("--normalise-decoder", s.normalise_decoder, "Keep decoder rows at norm 1");
  options.flag("--shuffle-columns", s.shuffle_columns,
               "A control: permute each column of a batch by itself, so that nothing goes together");
  options.number("--seed", s.seed, "N", "Of the first weights and the order of the text (default: 0)");
  options.number("--save-every", s.save_every, "N", "Steps between checkpoints (default: 500)");
  options.text("--save-dtype", s.dtype, "TYPE", "Of the SAE's file: float32, float16 or bfloat16 (default: float32)");
  options.flag("--resume", s.resume, "Go on from the folder's checkpoint");
  options.json(s.json);
  return {options.command(), [settings](const Arguments& arguments) { run(*settings, arguments); }};
}

}  // namespace tl::app
