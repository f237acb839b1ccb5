// tl pack: the weights of a folder as the kernels read them, in a file that later runs map at once.
#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "command.hpp"
#include "model.hpp"
#include "standard_output.hpp"

namespace tl::app {

namespace {

struct Settings {
  ModelOptions model;
  bool json = false;
};

void run(const Settings& settings) {
  const std::string folder = settings.model.path(), path = packed_path(folder, settings.model.dtype);
  settings.model.with_storage([&]<StorageType S>() {
    io::CheckpointFolder checkpoint(folder);  // itself, never an older packed file
    const Gpt2<dynamic_gpt2, S> network(checkpoint, checkpoint.config(), settings.model.run_options());
    save_packed(network.weights(), network.config(), checkpoint);
  });
  const auto bytes = static_cast<std::size_t>(std::filesystem::file_size(path));
  if (settings.json) return put_json({{"file", path}, {"storage", settings.model.dtype}, {"bytes", bytes}});
  put(fmt::format("{}: {:.1f} MiB of {} weights\n", path, static_cast<double>(bytes) / (1 << 20),
                  settings.model.dtype));
}

}  // namespace

Command pack(CLI::App& program) {
  Options options(program, "pack", "Keep a model's weights ready for the kernels, so that it loads at once",
                  R"(Writes packed-TYPE.tl into the model's folder. Every command that loads the folder with the same --dtype maps that
file from then on, after checking that it belongs to the checkpoint and is not damaged. Delete it to go back.

Example:
  tl pack --model gpt2 --dtype bfloat16)");
  const auto settings = std::make_shared<Settings>();
  settings->model.declare_unprocessed(options);
  options.json(settings->json);
  return {options.command(), [settings](const Arguments&) { run(*settings); }};
}

}  // namespace tl::app
