#pragma once
// The reference values of tests/data/goldens, and how far ours are from them.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <fstream>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <tl/core/token.hpp>
#include <tl/decode/load.hpp>
#include <tl/io/npy.hpp>
#include <tl/io/npz.hpp>
#include <vector>

namespace goldens {

inline std::string path(const std::string& name) { return TL_SOURCE_DIR "/tests/data/goldens/" + name; }

// The default model of shape C: static or known at run time. Loaded once.
template <class Model>
const Model& model() {
  static const Model loaded = tl::load_network<Model::static_config>(TL_SOURCE_DIR "/models/tinystories-6l");
  return loaded;
}

struct Prompt {
  std::vector<tl::Token> ids;
  std::optional<double> loss;           // of tokens 2.., in nats
  std::vector<tl::Token> top5;          // the best tokens at the last position
  std::vector<tl::Token> greedy;        // none for the prompts that fill the context
  std::vector<double> greedy_margin{};  // between the two best logits, a step
};

inline std::vector<Prompt> prompts() {
  std::vector<Prompt> all;
  for (const auto& read : nlohmann::json::parse(std::ifstream(path("prompts.json")))) {
    Prompt& prompt = all.emplace_back();
    prompt.ids = read.at("ids").get<std::vector<tl::Token>>();
    if (!read.at("loss").is_null()) prompt.loss = read.at("loss").get<double>();
    for (const auto& entry : read.at("last_top5")) prompt.top5.push_back(entry.at(0).get<tl::Token>());
    if (!read.contains("greedy_60")) continue;
    prompt.greedy = read.at("greedy_60").get<std::vector<tl::Token>>();
    prompt.greedy_margin = read.at("greedy_margin").get<std::vector<double>>();
  }
  return all;
}

// An archive of hook points: its arrays and the tokens that were run.
struct Hooks {
  std::vector<tl::Token> tokens;
  std::map<std::string, tl::CapturedArray> arrays;
};

inline Hooks hooks(const std::string& name) {
  const tl::io::Npz npz(path(name));
  Hooks read;
  const tl::io::NpyArray tokens = npz.read("tokens");
  read.tokens.assign(tokens.values<std::int32_t>().begin(), tokens.values<std::int32_t>().end());
  for (const std::string& array : npz.names()) {
    if (array == "tokens") continue;
    const tl::io::NpyArray values = npz.read(array);
    read.arrays[array] = {values.shape, {values.values<float>().begin(), values.values<float>().end()}};
  }
  return read;
}

// The largest |ours - theirs|; infinite where the sizes or the places of infinities differ, or something is no number.
inline double difference(std::span<const float> ours, std::span<const float> theirs) {
  constexpr double wrong = std::numeric_limits<double>::infinity();
  if (ours.size() != theirs.size() || ours.empty()) return wrong;
  double worst = 0;
  for (std::size_t i = 0; i != ours.size(); ++i) {
    if (ours[i] == theirs[i]) continue;
    if (!std::isfinite(ours[i]) || !std::isfinite(theirs[i])) return wrong;
    worst = std::max(worst, std::abs(static_cast<double>(ours[i]) - static_cast<double>(theirs[i])));
  }
  return worst;
}

// The same relative to the largest finite |theirs|.
inline double relative_difference(std::span<const float> ours, std::span<const float> theirs) {
  double largest = 0;
  for (float value : theirs)
    if (std::isfinite(value)) largest = std::max(largest, std::abs(static_cast<double>(value)));
  const double worst = difference(ours, theirs);
  return worst == 0 ? 0 : worst / largest;
}

}  // namespace goldens
