#include "watermark_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <span>
#include <string_view>
#include <tl/io/xxh64.hpp>

#include "number.hpp"

namespace tl::app {

namespace {
// The place of the word among the names. Throws Error where it is none of them.
std::size_t index_of(std::string_view word, std::span<const std::string_view> names, std::string_view option) {
  const auto found = std::ranges::find(names, word);
  if (found == names.end())
    throw Error(option, " is `", word, "`: there is ", fmt::format("{}", fmt::join(names, ", ")));
  return static_cast<std::size_t>(found - names.begin());
}
}  // namespace

void WatermarkFlags::declare(Options& options, const std::string& help) {
  options.optional(key_option_, key_, "KEY", help);
  options.optional("--watermark-scheme", seeding_, "NAME",
                   "left_hash (the default), min_hash, self_hash or unigram: what a green list depends on");
  options.optional("--watermark-width", width_, "H",
                   "On how many tokens before it, 1 to 4 (default: left_hash 1, min_hash 4, self_hash 3)");
  options.optional("--watermark-list", list_, "KIND",
                   "bernoulli (the default): tokens are green one by one; exact: lists of one size");
  options.optional("--gamma", gamma_, "G", "Share of the tokens that is green (default: 0.25)");
  options.optional("--entropy-threshold", entropy_threshold_, "NATS",
                   "Bias and count only tokens of a distribution of more entropy (SWEET)");
}

void WatermarkFlags::require_key() const {
  if (given()) return;
  for (const auto& [option, words] : {std::pair{"--watermark-scheme", &seeding_},
                                      {"--watermark-width", &width_},
                                      {"--watermark-list", &list_},
                                      {"--gamma", &gamma_},
                                      {"--entropy-threshold", &entropy_threshold_}})
    if (!words->empty()) throw Error(option, " is about a watermark: give its key, ", key_option_, " KEY");
}

std::uint64_t WatermarkFlags::key() const {
  if (!given()) throw Error("there is no key: give ", key_option_, " KEY");
  const std::string& text = key_.front();
  if (text.empty()) throw Error(key_option_, " is empty: give a number, or words");
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size()) return number;
  return io::xxh64(std::as_bytes(std::span(text)));
}

WatermarkOptions WatermarkFlags::scheme() const {
  WatermarkOptions scheme;
  if (!seeding_.empty())
    scheme.seeding = static_cast<SeedingKind>(index_of(seeding_.front(), seeding_names, "--watermark-scheme"));
  if (!list_.empty())
    scheme.list = static_cast<GreenListKind>(index_of(list_.front(), green_list_names, "--watermark-list"));
  if (!gamma_.empty()) scheme.gamma = parse_number<double>(gamma_.front(), "--gamma");
  if (!entropy_threshold_.empty())
    scheme.entropy_threshold = parse_number<double>(entropy_threshold_.front(), "--entropy-threshold");
  if (!width_.empty()) {
    scheme.width = parse_number<std::size_t>(width_.front(), "--watermark-width");
    if (scheme.seeding == SeedingKind::unigram)
      throw Error("a unigram watermark has one list, whatever comes before: leave --watermark-width out");
  } else if (scheme.seeding == SeedingKind::min_hash) {
    scheme.width = 4;
  } else if (scheme.seeding == SeedingKind::self_hash) {
    scheme.width = 3;
  }
  return scheme;
}

nlohmann::ordered_json WatermarkFlags::provenance() const {
  const WatermarkOptions scheme = this->scheme();
  nlohmann::ordered_json json{
      {"scheme", name(scheme.seeding)}, {"width", scheme.seeding == SeedingKind::unigram ? 0 : scheme.width},
      {"list", name(scheme.list)},      {"gamma", scheme.gamma},
      {"entropy_threshold", nullptr},   {"key_fingerprint", fmt::format("{:08x}", watermark_fingerprint(key()))}};
  if (scheme.entropy_threshold) json["entropy_threshold"] = *scheme.entropy_threshold;
  return json;
}

Arguments WatermarkFlags::without_key(Arguments arguments) const {
  for (std::size_t i = 0; i != arguments.size(); ++i) {
    if (arguments[i] == key_option_ && i + 1 != arguments.size()) arguments[i + 1] = "...";
    else if (arguments[i].starts_with(key_option_ + "=")) arguments[i] = key_option_ + "=...";
  }
  return arguments;
}

}  // namespace tl::app
