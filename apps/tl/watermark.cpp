// tl watermark: the commands about watermarks.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "command.hpp"
#include "options.hpp"

namespace tl::app {

Command watermark(CLI::App& program) {
  Options options(program, "watermark", "Watermarks of generated text (tl generate --watermark writes one)",
                  "`tl watermark COMMAND --help` says what a command takes, with an example.");
  CLI::App* const family = options.command();
  family->require_subcommand(0, 1);
  family->get_formatter()->label("SUBCOMMAND", "COMMAND");
  family->get_formatter()->label("Subcommands", "Commands");
  return {family, {}, {watermark_detect(*family), watermark_attack(*family)}};
}

}  // namespace tl::app
