// tl: a model of the GPT-2 family on the command line. Results go to standard output; what is wrong is one sentence on
// standard error and exit status 2.
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <tl/kernels/instruction_set.hpp>
#include <tl/text/printable.hpp>

#include "command.hpp"
#include "standard_output.hpp"
#include "usage.hpp"

namespace tl::app {

namespace {

constexpr int failure = 2;

int complain(std::string_view sentence) {
  std::fputs(("tl: " + text::printable(sentence) + "\n").c_str(), stderr);  // fmt::print would throw on a full disk
  return failure;
}

// A stream that was closed before the program began would be the next file to be opened. It is taken by one that cannot
// be used: writing to it is an error, as it should be.
void occupy_standard_streams() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(descriptor, F_GETFD) == -1) ::open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

// `--name=` is an empty value; CLI11 would take the next word for it.
std::vector<std::string> words(const Arguments& arguments) {
  std::vector<std::string> words;
  for (std::size_t i = 1; i != arguments.size(); ++i) {
    const std::string& word = arguments[i];
    const bool empty_value = word.starts_with("--") && word.find('=') == word.size() - 1;
    words.push_back(empty_value ? word.substr(0, word.size() - 1) : word);
    if (empty_value) words.emplace_back();
  }
  return words;
}

// What TL_ARCH=list asks for: the instruction sets of this machine, best last.
void list_instruction_sets() {
  for (const kernels::InstructionSet set : kernels::available_instruction_sets())
    put(std::string(kernels::name(set)) + "\n");
}

// The command of the list that was given, or one of its subcommands. Throws Error for words that are left over.
void run_parsed(const CLI::App& app, const std::vector<Command>& commands, const Arguments& arguments) {
  const auto no_such = [&](std::string_view word) {
    std::vector<std::string> names;
    for (const Command& command : commands) names.push_back(command.options->get_name());
    return no_command(app, word, names);
  };
  if (const auto left = app.remaining(); !left.empty())
    throw left.front().starts_with("-") ? unexpected_word(app, left.front()) : no_such(left.front());
  for (const Command& command : commands) {
    if (!command.options->parsed()) continue;
    if (!command.subcommands.empty()) return run_parsed(*command.options, command.subcommands, arguments);
    if (const auto left = command.options->remaining(); !left.empty())
      throw unexpected_word(*command.options, left.front());
    return command.run(arguments);
  }
  throw no_such({});
}

void run(const Arguments& arguments) {
  if (const char* wanted = std::getenv("TL_ARCH"); wanted != nullptr && std::string_view(wanted) == "list")
    return list_instruction_sets();
  CLI::App program("Look into a GPT-2 and let it speak.", "tl");
  program.set_version_flag("--version", "tl " TL_VERSION, "Print the version");
  program.require_subcommand(0, 1)->allow_extras();
  program.footer("`tl COMMAND --help` says what a command takes, with an example.");
  program.get_formatter()->label("SUBCOMMAND", "COMMAND");
  program.get_formatter()->label("Subcommands", "Commands");
  const std::vector<Command> commands{info(program),       tokenize(program),  logits(program),    cache(program),
                                      loss(program),       generate(program),  speculate(program), skeleton(program),
                                      lens(program),       attribute(program), patch(program),     ablate(program),
                                      path(program),       trace(program),     heads(program),     circuit(program),
                                      patchscope(program), report(program),    verify(program),    pack(program),
                                      sae(program),        watermark(program)};
  try {
    std::vector<std::string> reversed = words(arguments);  // CLI11 takes them from the back
    std::reverse(reversed.begin(), reversed.end());
    program.parse(std::move(reversed));
  } catch (const CLI::CallForHelp&) {
    return put(program.help());
  } catch (const CLI::CallForVersion& version) {
    return put(std::string(version.what()) + "\n");
  } catch (const CLI::ParseError& error) {
    throw usage_error(error);
  }

  run_parsed(program, commands, arguments);
}

}  // namespace

}  // namespace tl::app

int main(int argc, char** argv) {
  using namespace tl::app;
  occupy_standard_streams();
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGXFSZ, SIG_IGN);  // a file that must not grow is refused as one on a full disk is
  try {
    int status = 0;
    try {
      run(Arguments(argv, argv + argc));
    } catch (const AnswerIsNo&) {
      status = 1;
    }
    flush_output();
    return status;
  } catch (const ReaderGone&) {
    return failure;
  } catch (const std::bad_alloc&) {
    return complain("there is not enough memory for this");
  } catch (const std::exception& error) {
    return complain(error.what());
  }
}
