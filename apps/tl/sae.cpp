// tl sae: the commands about sparse autoencoders.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "command.hpp"
#include "options.hpp"

namespace tl::app {

Command sae(CLI::App& program) {
  Options options(program, "sae", "Sparse autoencoders in SAELens' folders",
                  "`tl sae COMMAND --help` says what a command takes, with an example.");
  CLI::App* const family = options.command();
  family->require_subcommand(0, 1);
  family->get_formatter()->label("SUBCOMMAND", "COMMAND");
  family->get_formatter()->label("Subcommands", "Commands");
  return {family,
          {},
          {sae_train(*family), sae_eval(*family), sae_features(*family), sae_steer(*family), sae_report(*family),
           sae_apply(*family), sae_convert(*family)}};
}

}  // namespace tl::app
