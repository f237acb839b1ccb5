// What tl is, in the terminal: a story, the same story bent by a hook, what each layer was about to say, and how fast.
#include <signal.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <limits>
#include <thread>
#include <tl/interp/logit_lens.hpp>
#include <tl/kernels/instruction_set.hpp>

#include "../tl/terminal.hpp"
#include "columns.hpp"
#include "model.hpp"

namespace tl::demo {
namespace {

constexpr std::size_t screen = 100;
const bool colours = app::has_colours(STDOUT_FILENO);

std::string paint(const char* code, const std::string& text) { return colours ? code + text + "\x1b[0m" : text; }
std::string bold(const std::string& text) { return paint("\x1b[1m", text); }
std::string faint(const std::string& text) { return paint("\x1b[2m", text); }

void show(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}
void heading(const std::string& title, const std::string& note) {
  show("\n" + bold(title) + "  " + faint(note) + "\n\n");
}

// The same draws for both stories: where they part, the hook did it. One thread is enough for a model of this size, and
// does not suffer where the machine is busy.
GenerateOptions options(std::size_t tokens) {
  return {.max_new_tokens = tokens,
          .sampling = {.temperature = 0.5, .top_p = 0.95, .repetition_penalty = 1.2, .seed = 5},
          .threads = 1};
}

// Typed at a pace that the eye can follow where somebody looks: the model is faster.
std::vector<Token> tell(const Model& model, const std::string& prompt) {
  const auto pace = std::chrono::milliseconds(app::is_terminal(STDOUT_FILENO) ? 15 : 0);
  heading("A story", "model.generate(prompt, options)");
  const auto tokens = model.prompt(prompt);
  show(bold(prompt));
  LineBreaker breaker(screen, width(prompt) % screen);
  const auto told = model.generate(tokens, options(300), [&](std::string_view piece) {
    show(breaker.push(piece));
    std::this_thread::sleep_for(pace);
  });
  show(breaker.finish() + "\n");
  std::vector<Token> all = tokens.ids();
  all.insert(all.end(), told.tokens.begin(), told.tokens.end());
  return all;
}

void steer_it(const Model& model, const std::string& prompt) {
  const char *towards = "The boat sailed on the sea", *away = "The girl sat in the house";
  const auto v = difference<"blocks.3.hook_resid_post">(model, towards, away);
  heading("The same story, steered", "model.generate(prompt, options, steer(v, 0.4f).where(not_first))");
  show(faint(std::string("v = \"") + towards + "\" minus \"" + away + "\", at blocks.3.hook_resid_post") + "\n\n");
  constexpr std::size_t column = screen / 2 - 2;
  const std::string plain = model.generate(prompt, options(64));
  const std::string steered = model.generate(prompt, options(64), steer(v, 0.4f).where(not_first));
  const auto before = lines(prompt + plain + " ...", column), after = lines(prompt + steered + " ...", column);
  show(bold(fit("before", column + 4) + "after") + "\n");
  for (std::size_t i = 0; i != std::max(before.size(), after.size()); ++i)
    show(fit(i < before.size() ? before[i] : "", column + 4) + (i < after.size() ? after[i] : "") + "\n");
}

// A shade of blue for a probability, with letters that can be read on it.
std::string shaded(float probability, const std::string& text) {
  constexpr const char* shades[] = {"\x1b[48;5;234;38;5;250m", "\x1b[48;5;17;38;5;252m", "\x1b[48;5;18;38;5;254m",
                                    "\x1b[48;5;25;38;5;231m",  "\x1b[48;5;32;38;5;231m", "\x1b[48;5;45;38;5;16m"};
  return paint(shades[static_cast<std::size_t>(std::min(probability, 0.999f) * 6)], text);
}

void look_through(const Model& model, std::span<const Token> tokens) {
  heading("What each layer was about to say", "logit_lens(model, tokens); in percent");
  constexpr std::size_t label = 12, cell = 10;  // and a blank before each cell
  tokens = tokens.first(std::min(tokens.size(), (screen - label) / (cell + 1)));
  std::string header = fit("token", label);
  for (const Token token : tokens) header += ' ' + fit(model.tokenizer().token_text(token), cell);
  show(faint(header) + "\n");
  const LogitLens lens = logit_lens(model, tokens, {.kl = false}, {.threads = 1});
  for (std::size_t row = 0; row != lens.rows(); ++row) {
    show(faint(fit(row == model.config().n_layer ? "output" : "into block " + std::to_string(row), label)));
    for (std::size_t pos = 0; pos != tokens.size(); ++pos) {
      const auto [token, log_prob] = lens.top(row, pos, 0);
      const float probability = std::exp(log_prob);
      char percent[8];
      std::snprintf(percent, sizeof percent, "%3.0f", 100 * static_cast<double>(probability));
      show(' ' + shaded(probability, fit(model.tokenizer().token_text(token), cell - 3) + percent));
    }
    show("\n");
  }
}

// The best of several, for the machine may be busy with other things; 0.3 s of them.
template <class F>
double tokens_per_second(std::size_t tokens, const F& f) {
  double least = std::numeric_limits<double>::infinity(), all = 0;
  while (all < 0.3) {
    const auto start = std::chrono::steady_clock::now();
    f();
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    least = std::min(least, seconds);
    all += seconds;
  }
  return static_cast<double>(tokens) / least;
}

struct Speed {
  double reading = 0, writing = 0;  // tokens a second
};
Speed speed_of(const Model& model, std::span<const Token> tokens, int threads) {
  auto session = model.session(RunOptions{threads});
  const std::size_t sequence = session.open(256);
  const double reading = tokens_per_second(256, [&] {
    session.rewind(sequence, 0);
    session.extend(sequence, tokens.first(256));
  });
  const double writing = tokens_per_second(32, [&] {
    session.rewind(sequence, 256);
    for (std::size_t i = 256; i != 288; ++i) session.extend(sequence, tokens.subspan(i, 1));
  });
  return {reading, writing};
}

void measure(const Model& model, std::span<const Token> story) {
  std::vector<Token> tokens;
  while (tokens.size() < 288) tokens.push_back(story[tokens.size() % story.size()]);
  heading("Speed", std::string(kernels::name(kernels::instruction_set())) + ", tokens a second");
  show("            reading, 256 at once   writing, one by one\n");
  const int all = RunOptions{}.resolved_threads();
  for (const int threads : {1, all}) {
    const Speed speed = speed_of(model, tokens, threads);
    char line[100];
    std::snprintf(line, sizeof line, "%2d thread%s  %20.0f   %19.0f\n", threads, threads == 1 ? " " : "s",
                  speed.reading, speed.writing);
    show(line);
    if (all == 1) break;
  }
}

// Leaves the terminal in its own colour, then ends as an interrupted program does.
void on_interrupt(int) {
  if (colours) static_cast<void>(!::write(STDOUT_FILENO, "\x1b[0m", 4));
  static_cast<void>(!::write(STDOUT_FILENO, "\n", 1));
  ::signal(SIGINT, SIG_DFL);
  ::raise(SIGINT);
}

}  // namespace
}  // namespace tl::demo

int main(int argc, char** argv) try {
  using namespace tl::demo;
  ::signal(SIGINT, on_interrupt);
  const std::string prompt = argc > 1 ? argv[1] : "One day, Lily";
  const Model model = load_model();
  const auto story = tell(model, prompt);
  steer_it(model, prompt);
  look_through(model, story);
  measure(model, story);
} catch (const tl::Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 2;
}
