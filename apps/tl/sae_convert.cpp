// tl sae convert: an SAE written again, in another type, folded, in the other residual basis.
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <tl/hooks/name.hpp>
#include <tl/io/output_file.hpp>
#include <tl/sae/fold_sae.hpp>

#include "command.hpp"
#include "provenance.hpp"
#include "sae_folder.hpp"
#include "standard_output.hpp"

namespace tl::app {

namespace {

struct Settings {
  SaeOptions sae;
  std::string out, dtype = "float32", basis;
  bool fold_norm = false, json = false;
  double scale = 1;
};

io::Dtype dtype_of(const std::string& name) {
  if (name == "float32") return io::Dtype::f32;
  if (name == "float16") return io::Dtype::f16;
  if (name == "bfloat16") return io::Dtype::bf16;
  throw Error("--dtype is `", name, "`, where float32, float16 or bfloat16 is wanted");
}

void convert_basis(SaeFile& sae, const std::string& basis) {
  if (basis != "raw" && basis != "centred") throw Error("--basis is `", basis, "`, where raw or centred is wanted");
  const HookRef ref = resolve_or_throw(sae.config.site.hook_name, static_cast<std::size_t>(-1));
  if (!is_residual(ref.point))
    throw Error("--basis is of the residual stream, and this SAE is of `", sae.config.site.hook_name, "`");
  if (basis == "raw") fold_centring(sae.config, sae.weights);
  else fold_out_mean(sae.config, sae.weights);
}

void run(const Settings& settings, const Arguments& arguments) {
  if (settings.out.empty()) throw Error("--out is missing: the folder to write");
  const io::Dtype dtype = dtype_of(settings.dtype);
  const std::string folder = settings.sae.path();
  SaeFile sae = load_sae(folder);
  auto made_by = provenance(arguments);
  made_by["sae"] = describe(folder, sae.config);
  if (settings.scale != 1)
    fold_activation_norm_scaling_factor(sae.config, sae.weights, static_cast<float>(settings.scale));
  if (!settings.basis.empty()) convert_basis(sae, settings.basis);
  if (settings.fold_norm) fold_W_dec_norm(sae.config, sae.weights);
  save_sae(settings.out, sae.config, sae.weights, dtype, sae.log_sparsity);
  io::OutputFile beside(settings.out + "/provenance.json");
  beside.write(made_by.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
  beside.commit();
  const auto described = describe(settings.out, sae.config);
  if (settings.json) return put_json({{"sae", described}, {"dtype", settings.dtype}});
  put(fmt::format("{}: {} of {} features over {} inputs at {}, {} basis, {}\n", settings.out,
                  name(sae.config.architecture), sae.config.d_sae, sae.config.d_in, sae.config.site.hook_name,
                  described["basis"].get<std::string>(), settings.dtype));
}

}  // namespace

Command sae_convert(CLI::App& family) {
  Options options(
      family, "convert", "Write an SAE again: another type, folded, in the other residual basis",
      R"(Steps are taken in this order: the scale, the basis, the decoder's norms. What is written SAELens opens, with the same
outputs; provenance.json beside it says what made it.

Example:
  tl sae convert --sae my_sae --out my_sae_raw --basis raw --fold-decoder-norm --dtype float16)");
  const auto settings = std::make_shared<Settings>();
  settings->sae.declare(options);
  options.text("--out", settings->out, "DIR", "The folder to write");
  options.text("--dtype", settings->dtype, "TYPE", "Of the tensors: float32, float16 or bfloat16 (default: float32)");
  options.text("--basis", settings->basis, "BASIS",
               "raw or centred: of the residual stream whose SAE this is to be, where it is in the other");
  options.number("--fold-scale", settings->scale, "C", "What was computed for C x is to be computed for x");
  options.flag("--fold-decoder-norm", settings->fold_norm,
               "Decoder rows of norm 1; features are multiplied by the norms");
  options.json(settings->json);
  return {options.command(), [settings](const Arguments& arguments) { run(*settings, arguments); }};
}

}  // namespace tl::app
