// tl verify: whether a model gives the numbers that are published of it.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <tl/text/printable.hpp>
#include <vector>

#include "command.hpp"
#include "expectations.hpp"
#include "measure.hpp"
#include "progress_line.hpp"
#include "standard_output.hpp"
#include "table.hpp"

namespace tl::app {

namespace {

using Json = nlohmann::ordered_json;

struct Settings {
  ModelOptions model;
  std::string expected;
  bool json = false;
};

// The folder's own, or else those of GPT-2 small that come with tl.
std::string expectations_path(const Settings& settings) {
  if (!settings.expected.empty()) return settings.expected;
  const auto own = std::filesystem::path(settings.model.path()) / "expected.json";
  std::error_code error;
  return std::filesystem::exists(own, error) ? own.string() : shipped("models/gpt2-small.expected.json");
}

void check_shape(const Expectations& expectations, const std::string& path, const Model& model) {
  const Config& config = model.config();
  const auto shape = [](std::size_t layers, std::size_t heads, std::size_t d_model, std::size_t d_vocab) {
    return fmt::format("{} layers of {} heads, d_model {} and {} tokens", layers, heads, d_model, d_vocab);
  };
  const std::string wanted =
      shape(expectations.n_layer, expectations.n_head, expectations.d_model, expectations.d_vocab);
  const std::string found = shape(config.n_layer, config.n_head, config.d_model, config.d_vocab);
  if (wanted != found)
    throw Error("'", path, "' is about ", expectations.model, ", of ", wanted, ", and the model has ", found,
                ": give its own with --expected FILE.json");
}

// A row that is measured from the model; those of "difference" are from other rows.
bool is_difference(const Expectation& row) { return row.measure == "difference"; }

double number(const Expectations& expectations, std::span<const std::optional<Measured>> found,
              const std::string& name) {
  const auto at = std::ranges::find(expectations.rows, name, &Expectation::quantity) - expectations.rows.begin();
  const auto index = static_cast<std::size_t>(at);
  if (index == expectations.rows.size() || !found[index] || !std::holds_alternative<double>(*found[index]))
    throw Error("there is no row `", name, "` that measures a number");
  return std::get<double>(*found[index]);
}

// Of each row, in order. A model is loaded once for each processing that rows ask for.
std::vector<Measured> measure_all(const Settings& settings, const Expectations& expectations, const std::string& path) {
  const auto in_row = [&](const Expectation& row, const auto& f) {
    try {
      return f();
    } catch (const Error& error) {
      throw Error("'", path, "', row `", row.quantity, "`: ", error.what());
    }
  };
  std::vector<std::optional<Measured>> found(expectations.rows.size());
  ProgressLine progress("rows", found.size());
  std::size_t done = 0;
  for (std::size_t first = 0; first != found.size(); ++first) {
    if (found[first] || is_difference(expectations.rows[first])) continue;
    ModelOptions options = settings.model;
    options.processing = expectations.rows[first].processing;
    const Model model = in_row(expectations.rows[first], [&] { return Model(options); });
    check_shape(expectations, path, model);
    for (std::size_t i = first; i != found.size(); ++i) {
      const Expectation& row = expectations.rows[i];
      if (is_difference(row) || row.processing != options.processing) continue;
      found[i] = in_row(row, [&] { return measure(model, row); });
      progress.update(++done);
    }
  }
  std::vector<Measured> out;
  for (std::size_t i = 0; i != found.size(); ++i) {
    const Expectation& row = expectations.rows[i];
    out.push_back(found[i] ? *found[i] : in_row(row, [&]() -> Measured {
      if (row.of.size() != 2) throw Error("a difference is `of` two rows");
      return number(expectations, found, row.of[0]) - number(expectations, found, row.of[1]);
    }));
  }
  return out;
}

std::string shown(const Measured& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    constexpr std::size_t most = 24;
    const std::string line = text::printable(*text);
    return "\"" + (line.size() <= most ? line : line.substr(0, most) + "...") + "\"";
  }
  const double number = std::get<double>(value);
  return number == std::round(number) && std::abs(number) < 1e15 ? fmt::format("{:.0f}", number)
         : std::abs(number) < 1e-3                               ? fmt::format("{:.2e}", number)
                                                                 : fmt::format("{:.5g}", number);
}

Json as_json(const Measured& value) {
  return std::visit([](const auto& held) { return Json(held); }, value);
}

void run(const Settings& settings) {
  const std::string path = expectations_path(settings);
  const Expectations expectations = Expectations::read(path);
  const std::vector<Measured> found = measure_all(settings, expectations, path);

  std::size_t failed = 0;
  auto rows = Json::array();
  Table table({"quantity", ">published", ">here", ">tolerance", "verdict"});
  for (std::size_t i = 0; i != found.size(); ++i) {
    const Expectation& row = expectations.rows[i];
    const bool holds = row.holds(found[i]);
    failed += !holds;
    Json json{{"quantity", row.quantity}, {"processing", row.processing}};
    std::string published, tolerance;
    if (row.expected) {
      json["expected"] = as_json(*row.expected);
      published = shown(*row.expected);
      if (row.expected->index() == 0) json["within"] = row.within, tolerance = shown(row.within);
    }
    if (row.at_least) json["at_least"] = *row.at_least, published += ">= " + shown(*row.at_least);
    if (row.at_most)
      json["at_most"] = *row.at_most, published += (row.at_least ? ", <= " : "<= ") + shown(*row.at_most);
    json["measured"] = as_json(found[i]);
    json["ok"] = holds;
    rows.push_back(json);
    table.add({row.quantity, published, shown(found[i]), tolerance, holds ? "ok" : "FAILS"});
  }
  if (settings.json) {
    put_json({{"model", settings.model.path()}, {"expectations", path}, {"failed", failed}, {"rows", rows}});
  } else {
    put(table.text());
    put(fmt::format("{} of {} rows hold ({}; {})\n", found.size() - failed, found.size(), expectations.model,
                    expectations.source));
  }
  if (failed != 0) throw AnswerIsNo();
}

}  // namespace

Command verify(CLI::App& program) {
  Options options(
      program, "verify", "Whether a model gives the numbers that are published of it",
      R"(Each row of the table is a quantity, what is published, what comes out here, and whether they agree. The expectations
are the file expected.json of the model's folder, or else those of GPT-2 small that come with tl. Status 1 where a row
fails.

Examples:
  tl verify
  tl verify --model gpt2)");
  const auto settings = std::make_shared<Settings>();
  settings->model.declare_folder(options);
  options.text("--expected", settings->expected, "FILE.json", "Other expectations");
  options.number("--threads", settings->model.threads, "N", "Threads (default: as many as the machine has)");
  options.json(settings->json);
  return {options.command(), [settings](const Arguments&) { run(*settings); }};
}

}  // namespace tl::app
