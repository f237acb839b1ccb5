// tl loss: how well the model predicts a text.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "command.hpp"
#include "model.hpp"
#include "progress_line.hpp"
#include "read_text.hpp"
#include "standard_output.hpp"

namespace tl::app {

namespace {

struct Settings {
  ModelOptions model;
  std::string file;
  std::size_t windows = 0;  // 0: all
  bool json = false;
};

// The text is one string with special tokens parsed, cut into consecutive windows of n_ctx tokens; tokens that do not
// fill a window are left out, but where there are no more than those.
void run(const Settings& settings) {
  if (settings.file.empty()) throw Error("there is no text: give a file, such as tl loss stories.txt");
  const Model model(settings.model);
  const std::string text = read_text(settings.file);
  const Tokens tokens = [&] {
    try {
      return model.tokenizer().encode(text, Special::parse);
    } catch (const Error& error) {
      throw Error("'", settings.file, "': ", error.what());
    }
  }();
  const std::size_t window = std::min(model.config().n_ctx, tokens.size());
  if (window < 2) throw Error("'", settings.file, "' has ", tokens.size(), " tokens, and a loss needs two at least");
  const std::size_t whole = tokens.size() / window;
  const std::size_t windows = settings.windows == 0 ? whole : std::min(settings.windows, whole);

  double sum = 0;
  {
    ProgressLine progress("windows", windows);
    for (std::size_t i = 0; i != windows; ++i) {
      const auto part = std::span<const Token>(tokens).subspan(i * window, window);
      sum += model.with_network([&](const auto& network) { return network.loss(part, model.run_options()); });
      progress.update(i + 1, fmt::format("loss {:.4f}", sum / static_cast<double>(i + 1)));
    }
  }
  const double loss = sum / static_cast<double>(windows);

  const bool is_short = window < model.config().n_ctx;
  if (settings.json)
    return put_json({{"file", settings.file},
                     {"windows", windows},
                     {"window", window},
                     {"tokens", tokens.size()},
                     {"loss", loss},
                     {"perplexity", std::exp(loss)}});
  put(fmt::format("loss {:.6f} nats a token, perplexity {:.3f}, over {} of {} tokens{}\n", loss, std::exp(loss),
                  windows == 1 ? fmt::format("1 window") : fmt::format("{} windows", windows), window,
                  is_short ? fmt::format(" (shorter than the context of {}: the text ends there)", model.config().n_ctx)
                  : windows < settings.windows ? fmt::format(" (the file has no more than {})", whole)
                                               : ""));
}

}  // namespace

Command loss(CLI::App& program) {
  Options options(
      program, "loss", "Mean next-token loss of a text file, in nats",
      R"(The file is tokenised as one string, special tokens recognised, and cut into consecutive windows of the model's
context; what does not fill a window is left out. The loss of a window is the mean over its tokens but the first, and
the result the mean over windows. A text shorter than the context is one window.

Example:
  tl loss stories.txt --windows 16)");
  const auto settings = std::make_shared<Settings>();
  settings->model.declare(options);
  options.text("file,--file", settings->file, "FILE", "The text");
  options.number("--windows", settings->windows, "N", "The first N windows only (default: all)");
  options.json(settings->json);
  return {options.command(), [settings](const Arguments&) { run(*settings); }};
}

}  // namespace tl::app
