// tl sae apply: rows of an array through an SAE, for NumPy.
#include <fmt/format.h>

#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>
#include <tl/io/extents.hpp>
#include <tl/sae/dynamic_sae.hpp>

#include "arrays_file.hpp"
#include "command.hpp"
#include "model.hpp"
#include "provenance.hpp"
#include "sae_folder.hpp"
#include "standard_output.hpp"

namespace tl::app {

namespace {

struct Settings {
  SaeOptions sae;
  std::string in, out, dtype{storage_name<float>};
  int threads = 0;
  bool json = false;
};

// The rows of the file, whatever their own dimensions are.
SaeRows rows_of(const io::NpyArray& x, const Settings& settings, const SaeConfig& config) {
  const auto values = x.values<float>();
  if (x.shape.size() < 2 || x.shape.front() == 0)
    throw Error("'", settings.in, "' has shape ", io::shape_text(x.shape), ", where rows of ", config.d_in,
                " numbers are wanted");
  const std::size_t count = x.shape.front(), width = values.size() / count;
  if (width != config.d_in)
    throw Error("'", settings.in, "' has shape ", io::shape_text(x.shape), ", rows of ", width,
                " numbers, and the SAE's d_in is ", config.d_in);
  for (std::size_t i = 0; i != values.size(); ++i)
    if (!std::isfinite(values[i]))
      throw Error("'", settings.in, "': row ", i / width, " has a number that is not finite");
  return {values.data(), count, width};
}

template <StorageType S>
void apply(const Settings& settings, const Arguments& arguments) {
  const std::string folder = settings.sae.path();
  const SaeFile file = load_sae(folder);
  const io::NpyArray array = io::read_npy(settings.in);
  const SaeRows x = rows_of(array, settings, file.config);
  const RunOptions options{settings.threads};
  const DynamicSae<S> sae(file.config, file.weights, options);
  const Encoded encoded = sae.encode(x, options);
  const bool skips = file.config.architecture == SaeArchitecture::skip_transcoder;
  const auto reconstruction = skips ? sae(x, options) : sae.decode(encoded, options);

  auto made_by = provenance(arguments);
  made_by["sae"] = describe(folder, file.config);
  made_by["storage"] = settings.dtype;
  ArraysFile out(settings.out);
  out.add("features", encoded.features.dense());
  out.add("reconstruction", reconstruction);
  out.finish(made_by);

  const double l0 = static_cast<double>(encoded.features.entries()) / static_cast<double>(x.rows);
  if (settings.json) return put_json({{"sae", made_by["sae"]}, {"rows", x.rows}, {"l0", l0}, {"out", settings.out}});
  put(fmt::format("{}: {} rows, {:.1f} of {} features active in a row\n", settings.out, x.rows, l0, file.config.d_sae));
}

void run(const Settings& settings, const Arguments& arguments) {
  if (settings.in.empty()) throw Error("--in is missing: a .npy file of float32, rows of the SAE's d_in");
  if (settings.out.empty()) throw Error("--out is missing: the .npz file to write");
  if (settings.threads < 0) throw Error("--threads is ", settings.threads, ", where a number from 1 on is wanted");
  if (settings.dtype == storage_name<float>) return apply<float>(settings, arguments);
  if (settings.dtype == storage_name<bf16>) return apply<bf16>(settings, arguments);
  throw Error("--dtype is `", settings.dtype, "`, where float32 or bfloat16 is wanted");
}

}  // namespace

Command sae_apply(CLI::App& family) {
  Options options(
      family, "apply", "Features and reconstructions of the rows of a NumPy array",
      R"(The file written has `features` [rows, d_sae], dense, `reconstruction` [rows, d_in] (of a transcoder d_out), and what
made them as `provenance`. Rows may have several dimensions, as those of hook_z have.

Example:
  tl sae apply --sae my_sae --in resid.npy --out features.npz)");
  const auto settings = std::make_shared<Settings>();
  settings->sae.declare(options);
  options.text("--in", settings->in, "FILE.npy", "Rows to encode: float32, [rows, d_in]");
  options.text("--out", settings->out, "FILE.npz", "Where the arrays go");
  options.text("--dtype", settings->dtype, "TYPE", "What the SAE is kept as: float32 or bfloat16 (default: float32)");
  options.number("--threads", settings->threads, "N",
                 "Threads (default: as many as the machine has); never changes a bit");
  options.json(settings->json);
  return {options.command(), [settings](const Arguments& arguments) { run(*settings, arguments); }};
}

}  // namespace tl::app
