#pragma once
// A watermark as commands are told of it: the same words for writing one and for looking for it.
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <tl/watermark/scheme.hpp>
#include <vector>

#include "command.hpp"
#include "options.hpp"

namespace tl::app {

class WatermarkFlags {
 public:
  // The key is given as this option, "--watermark" or "--key".
  explicit WatermarkFlags(std::string key_option) : key_option_(std::move(key_option)) {}

  // help says what the key is for.
  void declare(Options& options, const std::string& help);

  bool given() const { return !key_.empty(); }
  // Throws Error where there is no key but something that belongs to one.
  void require_key() const;
  // A whole number is the key itself; any other text is hashed to one. Throws Error where there is none, or it is
  // empty.
  std::uint64_t key() const;
  // The scheme, without its key. Throws Error where a part of it is wrong.
  WatermarkOptions scheme() const;
  // What may be written down: scheme and fingerprint of the key, not the key.
  nlohmann::ordered_json provenance() const;
  // The command line without the key.
  Arguments without_key(Arguments arguments) const;

 private:
  std::string key_option_;
  std::vector<std::string> key_, seeding_, width_, list_, gamma_, entropy_threshold_;  // one word each, or none
};

}  // namespace tl::app
