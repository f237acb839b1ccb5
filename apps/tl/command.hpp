#pragma once
// A command of the program: its options, and what it does once they are read.
#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace tl::app {

// The whole command line, the program's name first.
using Arguments = std::vector<std::string>;

struct Command {
  CLI::App* options;
  std::function<void(const Arguments&)> run;  // empty where there are subcommands
  std::vector<Command> subcommands{};
};

// Thrown by a command whose answer, all of it written, is no: the program ends with status 1.
struct AnswerIsNo {};

// Each declares its options as a subcommand of the program.
Command info(CLI::App& program);
Command tokenize(CLI::App& program);
Command logits(CLI::App& program);
Command cache(CLI::App& program);
Command loss(CLI::App& program);
Command generate(CLI::App& program);
Command speculate(CLI::App& program);
Command skeleton(CLI::App& program);
Command pack(CLI::App& program);
Command verify(CLI::App& program);
Command lens(CLI::App& program);
Command patch(CLI::App& program);
Command ablate(CLI::App& program);
Command path(CLI::App& program);
Command trace(CLI::App& program);
Command attribute(CLI::App& program);
Command heads(CLI::App& program);
Command circuit(CLI::App& program);
Command report(CLI::App& program);
Command patchscope(CLI::App& program);
Command sae(CLI::App& program);
Command watermark(CLI::App& program);

// Of the family `tl sae`.
Command sae_train(CLI::App& family);
Command sae_eval(CLI::App& family);
Command sae_features(CLI::App& family);
Command sae_steer(CLI::App& family);
Command sae_report(CLI::App& family);
Command sae_apply(CLI::App& family);
Command sae_convert(CLI::App& family);

// Of the family `tl watermark`.
Command watermark_detect(CLI::App& family);
Command watermark_attack(CLI::App& family);

}  // namespace tl::app
