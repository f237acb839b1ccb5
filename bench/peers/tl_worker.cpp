// tl's side of bench/peers: loads a model once, then answers one JSON command a line, as protocol.py describes.
//   tl_worker serve FOLDER float32|bfloat16|int8 THREADS
//   tl_worker convert FOLDER OUT float32|bfloat16|int8    a folder with the same files and a packed one
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>
#include <tl/core/philox.hpp>
#include <tl/decode/load.hpp>
#include <tl/decode/logits.hpp>
#include <tl/hooks/dynamic_hooks.hpp>
#include <tl/hooks/steer.hpp>
#include <tl/interp/patching.hpp>
#include <tl/sae/dynamic_sae.hpp>
#include <tl/sae/sae_loss.hpp>
#include <tl/train/adam.hpp>

#include "../roofline.hpp"

namespace {

using json = nlohmann::json;
using Clock = std::chrono::steady_clock;

double since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

double peak_resident_bytes() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return 1024. * static_cast<double>(usage.ru_maxrss);
}

// The time of one repetition, and the token that its last logits favour, upon which all engines should agree.
struct Timed {
  double seconds;
  std::size_t argmax;
};

template <tl::Config C, class Storage>
class Worker {
  using D = tl::Dims<C>;
  using Model = tl::Gpt2<C, Storage>;
  using Tokens = std::vector<tl::Token>;

 public:
  Worker(const std::string& folder, int threads)
      : model_(tl::load_network<C, Storage>(folder, {threads})), threads_(threads) {}

  double weight_bytes() const { return static_cast<double>(model_.weights().bytes()); }

  json answer(const json& command) {
    const std::string task = command.at("task");
    if (task == "forward") return forward(command);
    if (task == "decode") return command.value("steer", false) ? steered_decode(command) : decode(command);
    if (task == "capture") return capture(command);
    if constexpr (!std::same_as<Storage, tl::int8>)
      if (task == "sae_encode" || task == "sae_decode") return sae(command, task == "sae_decode");
    if constexpr (std::same_as<Storage, float>) {  // asked of no other, and long to compile
      if (task == "patch") return patch(command);
      if (task == "sae_train") return sae_train(command);
    }
    throw tl::Error("there is no task `", task, "`");
  }

 private:
  json forward(const json& command) {
    const auto prompt = command.at("tokens").get<Tokens>();
    const bool all = command.at("logits") == "all";
    auto session = model_.session({threads_});
    session.open(prompt.size());
    const json done = work(prompt.size(), all ? prompt.size() : 1, 0, prompt.size(), 1);
    json result = repeat(command, done, [&](bool) {
      const auto start = Clock::now();
      session.rewind(0, 0);
      const auto logits = session.extend(0, prompt, all ? tl::Need::all_logits : tl::Need::last_logits);
      return Timed{since(start), best(logits, logits.template extent<"row">() - 1)};
    });
    result["cache_bytes"] = session.cache_bytes();
    return result;
  }

  // `new` tokens for each of `rows` sequences, one a step, after a prompt that is not timed.
  template <class... Policies>
  json decode(const json& command, Policies&&... policies) {
    const auto prompt = command.at("tokens").get<Tokens>();
    const std::size_t rows = command.value("rows", std::size_t{1}), count = command.at("new");
    auto session = model_.session({threads_}, std::forward<Policies>(policies)...);
    std::vector<tl::Extension> prompts, steps;
    Tokens next(rows);
    for (std::size_t i = 0; i != rows; ++i) {
      prompts.push_back({session.open(prompt.size()), prompt});
      steps.push_back({i, {&next[i], 1}});
    }
    const auto choose = [&](auto logits) {
      for (std::size_t i = 0; i != rows; ++i) next[i] = static_cast<tl::Token>(best(logits, i));
    };
    return repeat(command, work(rows, rows, prompt.size(), count * rows, count), [&](bool warming) {
      for (std::size_t i = 0; i != rows; ++i) session.rewind(i, 0);
      choose(session.extend(prompts));
      const auto start = Clock::now();
      for (std::size_t step = 0; step != (warming ? 2 : count); ++step) choose(session.extend(steps));
      return Timed{since(start), static_cast<std::size_t>(next[0])};
    });
  }

  json steered_decode(const json& command) {
    tl::Direction<"blocks.3.hook_resid_post", tl::Basis::raw, typename D::d_model> direction{
        tl::Tensor<float, typename D::d_model>()};
    direction.vector(7) = 1;
    return decode(command, tl::steer(direction, command.at("alpha").get<float>()));
  }

  // Every logit, and the values at the points named, in memory of their own.
  json capture(const json& command) {
    const auto prompt = command.at("tokens").get<Tokens>();
    tl::DynamicHooks hooks;
    for (const std::string name : command.at("names")) hooks.capture(name);
    auto session = model_.session({threads_}, hooks);
    session.open(prompt.size());
    return repeat(command, work(prompt.size(), prompt.size(), 0, prompt.size(), 1), [&](bool) {
      const auto start = Clock::now();
      session.rewind(0, 0);
      const auto logits = session.extend(0, prompt, tl::Need::all_logits);
      const auto captured = hooks.take();
      const double seconds = since(start);
      return Timed{seconds, best(logits, prompt.size() - 1)};
    });
  }

  // A grid of activation patches. FLOPs are those that are needed (interp/sweep_cost.hpp).
  json patch(const json& command) {
    const tl::PatchTask one{command.at("clean").get<Tokens>(), command.at("tokens").get<Tokens>(),
                            tl::logit_difference(command.at("answer"), command.at("foil"))};
    const tl::Config& c = model_.config();
    const auto same = static_cast<std::size_t>(std::ranges::mismatch(one.clean, one.corrupted).in1 - one.clean.begin());
    const std::size_t n = one.clean.size();
    double by_position = 0, all_positions = 0;
    for (std::size_t layer = 0; layer != c.n_layer; ++layer) {
      for (std::size_t p = same; p != n; ++p) by_position += tl::cell_flops(c, layer, p, n);
      all_positions += static_cast<double>(c.n_head) * tl::cell_flops(c, layer, same, n);
    }
    const std::string grid = command.at("grid");
    const auto with = [&](const auto& get, double flops, std::size_t cells) {
      return repeat(command, {{"work", cells}, {"flops", flops}, {"bytes", 0}}, [&](bool warming) {
        if (warming) return Timed{0, 0};
        const auto start = Clock::now();
        const auto values = get(model_, one, tl::RunOptions{threads_});
        const double seconds = since(start);
        return Timed{seconds, greatest(values)};
      });
    };
    const std::size_t heads = c.n_layer * c.n_head;
    if (grid == "resid_pre") return with(tl::get_act_patch_resid_pre, by_position, c.n_layer * n);
    if (grid == "attn_head_out_all_pos") return with(tl::get_act_patch_attn_head_out_all_pos, all_positions, heads);
    if (grid == "attn_head_all_pos_every")
      return with(tl::get_act_patch_attn_head_all_pos_every, 5 * all_positions, 5 * heads);
    throw tl::Error("there is no grid `", grid, "`");
  }
  // The index of the greatest value of a grid, or of several one after the other.
  template <class Grid>
  static std::size_t greatest(const Grid& grid) {
    std::vector<float> values;
    if constexpr (requires { grid.values(); }) values.assign(grid.values().begin(), grid.values().end());
    else
      for (const auto& one : grid) values.insert(values.end(), one.values().begin(), one.values().end());
    return static_cast<std::size_t>(std::ranges::max_element(values) - values.begin());
  }

  // The work of a repetition: `steps` forward passes of `rows` rows each after `past`, giving `tokens` tokens in all.
  json work(std::size_t rows, std::size_t logit_rows, std::size_t past, std::size_t tokens, std::size_t steps) const {
    const tl::Config& c = model_.config();
    const auto real = [](std::size_t n) { return static_cast<double>(n); };
    const double layer = real(c.n_layer * (4 * c.n_head * c.d_head * c.d_model + 2 * c.d_model * c.d_mlp));
    // Prompts are of one sequence, whose rows see each other; decoding rows see their own past, half of it grown.
    const double keys = real(rows) * (past == 0 ? real(rows + 1) / 2 : real(past) + real(steps + 1) / 2);
    const double each = 2 * real(rows) * layer + 2 * real(logit_rows * c.d_model * c.d_vocab) +
                        4 * real(c.n_head * c.d_head * c.n_layer) * keys;
    return {{"work", tokens}, {"flops", real(steps) * each}, {"bytes", real(steps) * weight_bytes()}};
  }

  // An SAE on standard normal rows: encoding them, or decoding what was encoded. Rows of W_dec have norm 1 and W_enc is
  // as large; of standard about one feature in 750 is active.
  json sae(const json& command, bool decodes) {
    const std::size_t d_in = command.at("d_in"), d_sae = command.at("d_sae"), rows = command.at("rows");
    const bool top_k = command.at("kind") == "topk";
    tl::SaeConfig config{.architecture = top_k ? tl::SaeArchitecture::topk : tl::SaeArchitecture::standard};
    config.d_in = config.d_out = d_in;
    config.d_sae = d_sae;
    if (top_k) config.k = command.at("k");
    tl::SaeWeights weights = tl::SaeWeights::zeros(config);
    const double deviation = 1 / std::sqrt(static_cast<double>(d_in));
    tl::fill_normal(weights.W_enc, deviation, {0, 0}, 0, tl::Purpose::test);
    tl::fill_normal(weights.W_dec, deviation, {0, 0}, 1, tl::Purpose::test);
    if (!top_k) std::fill(weights.b_enc.begin(), weights.b_enc.end(), -3.f);
    std::vector<float> x(rows * d_in), out(x.size());
    tl::fill_normal(x, 1, {0, 1}, 0, tl::Purpose::test);
    const tl::RunOptions options{threads_};
    const tl::DynamicSae<Storage> sae(config, weights, options);
    const tl::SaeRows in(x.data(), rows, d_in);
    const tl::Encoded encoded = sae.encode(in, options);
    const double flops = 2 * static_cast<double>(d_sae * d_in) * static_cast<double>(rows);
    const json work = decodes ? json::object() : json{{"flops", flops}, {"bytes", 0}};
    return repeat(command, work, [&](bool) {
      const auto start = Clock::now();
      if (decodes) sae.decode(encoded, out.data(), options);
      else sae.encode(in, options);
      return Timed{since(start), 0};
    });
  }

  // A step of training an SAE: loss, gradients and Adam. The weights begin as SAELens' do and stay as they are.
  json sae_train(const json& command) {
    const std::size_t d_in = command.at("d_in"), d_sae = command.at("d_sae"), rows = command.at("rows");
    tl::SaeObjective objective;
    if (command.at("kind") == "standard") objective.kind = tl::SaeObjectiveKind::standard;
    objective.k = command.at("k").get<float>();
    const tl::SaeConfig config{.architecture = objective.architecture(), .d_in = d_in, .d_sae = d_sae, .d_out = d_in};
    auto parameters = tl::SaeParameters::of(config, tl::SaeWeights::zeros(config));
    const double deviation = .1 / std::sqrt(static_cast<double>(d_in));  // rows of norm .1
    tl::fill_normal(parameters.W_dec, deviation, {0, 0}, 0, tl::Purpose::test);
    parameters.W_enc = parameters.W_dec;
    std::vector<float> x(rows * d_in);
    tl::fill_normal(x, 1, {0, 1}, 0, tl::Purpose::test);
    auto gradients = parameters.zeros();
    tl::SaeLoss loss(config, objective, threads_);
    tl::Adam adam;
    std::vector<tl::TrainedTensor> tensors;
    for (std::size_t t = 0; t != tl::SaeParameters::names.size(); ++t)
      tensors.push_back({*parameters.tensors()[t], *gradients.tensors()[t]});
    return repeat(command, json::object(), [&](bool) {
      const auto start = Clock::now();
      loss(parameters, {x.data(), rows}, .1f, gradients);
      adam.step(tensors, 0, 1, threads_);
      return Timed{since(start), 0};
    });
  }

  // Once to warm up, then until the seconds asked for are spent; the roofline before and after.
  json repeat(const json& command, json result, const std::function<Timed(bool)>& once) const {
    const bool roofline = command.value("roofline", false);
    if (roofline) bench::machine().measure();
    if (command.value("warm", true)) once(true);
    std::vector<double> seconds;
    double spent = 0;
    do {
      const Timed timed = once(false);
      seconds.push_back(timed.seconds);
      spent += timed.seconds;
      result["argmax"] = timed.argmax;
    } while (spent < command.at("seconds").get<double>());
    result["seconds"] = seconds;
    result["peak_rss"] = peak_resident_bytes();
    if (roofline) {
      bench::Roofline machine = bench::machine().measure();
      result["peak_flops"] = machine.operations<Storage>();
      result["peak_bytes"] = machine.bytes;
      result["instruction_set"] = tl::kernels::name(tl::kernels::instruction_set());
    }
    return result;
  }

  template <class Logits>
  static std::size_t best(const Logits& logits, std::size_t row) {
    const std::span<const float> values = logits(row).values();
    return static_cast<std::size_t>(std::ranges::find(values, tl::greatest_logit(values)) - values.begin());
  }

  Model model_;
  int threads_;
};

// Answers go to what was standard output; whatever else is printed there goes to standard error.
class Answers {
 public:
  Answers() : descriptor_(dup(STDOUT_FILENO)) { dup2(STDERR_FILENO, STDOUT_FILENO); }
  void put(const json& answer) const {
    const std::string line = answer.dump() + "\n";
    for (std::size_t done = 0; done != line.size();) {
      const ssize_t n = write(descriptor_, line.data() + done, line.size() - done);
      if (n < 0) throw tl::Error("the program that asked is gone");
      done += static_cast<std::size_t>(n);
    }
  }

 private:
  int descriptor_;
};

template <tl::Config C, class Storage>
void serve(const std::string& folder, int threads, const Answers& answers) {
  const auto start = Clock::now();
  Worker<C, Storage> worker(folder, threads);
  answers.put({{"load_seconds", since(start)},
               {"weight_bytes", worker.weight_bytes()},
               {"versions", {{"instruction set", tl::kernels::name(tl::kernels::instruction_set())}}}});
  for (std::string line; std::getline(std::cin, line);) {
    try {
      answers.put(worker.answer(json::parse(line)));
    } catch (const std::exception& error) {
      answers.put({{"error", error.what()}});
    }
  }
}

template <tl::Config C, class Storage>
void convert(const std::string& folder, const std::string& out) {
  std::filesystem::create_directory(out);
  for (const auto& file : std::filesystem::directory_iterator(folder))
    std::filesystem::create_symlink(std::filesystem::absolute(file.path()), out / file.path().filename());
  tl::io::CheckpointFolder checkpoint(out);
  const tl::Gpt2<C, Storage> model(checkpoint, checkpoint.config());
  tl::save_packed(model.weights(), model.config(), checkpoint);
}

// Calls f.operator()<config, storage>() for the folder's shape and the storage of that name.
template <class F>
void with_types(const std::string& folder, std::string_view dtype, F f) {
  const tl::Config config = tl::io::CheckpointFolder(folder).config();
  const auto with_shape = [&]<class Storage>(std::type_identity<Storage>) {
    if (tl::storage_name<Storage> != dtype) return false;
    if (config == tl::gpt2_small) f.template operator()<tl::gpt2_small, Storage>();
    else if (config == tl::tinystories_6l) f.template operator()<tl::tinystories_6l, Storage>();
    else throw tl::Error("bench/peers knows GPT-2 small's shape and the default model's, and ", folder, " has neither");
    return true;
  };
  const auto with_one_of = [&]<class... Storages>(std::type_identity<Storages>... each) {
    return (with_shape(each) || ...);
  };
  if (!with_one_of(std::type_identity<float>{}, std::type_identity<tl::bf16>{}, std::type_identity<tl::int8>{}))
    throw tl::Error("there is no dtype `", dtype, "`");
}

}  // namespace

int main(int argc, char** argv) try {
  const std::string_view command = argc == 5 ? argv[1] : "";
  if (command == "serve")
    with_types(argv[2], argv[3],
               [&]<tl::Config C, class Storage>() { serve<C, Storage>(argv[2], std::stoi(argv[4]), Answers()); });
  else if (command == "convert")
    with_types(argv[2], argv[4], [&]<tl::Config C, class Storage>() { convert<C, Storage>(argv[2], argv[3]); });
  else throw tl::Error("usage: tl_worker serve FOLDER DTYPE THREADS, or convert FOLDER OUT DTYPE");
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 2;
}
