#pragma once
// Whether a text carries a scheme's watermark.
#include <algorithm>
#include <cstddef>
#include <optional>
#include <set>
#include <span>
#include <tl/core/error.hpp>
#include <tl/watermark/p_value.hpp>
#include <tl/watermark/scheme.hpp>
#include <utility>
#include <vector>

namespace TL_NAMESPACE {

struct TokenColor {
  bool scored = false;  // not of the prompt, behind a whole context, not a repetition, and where a gate is open
  bool green = false;   // of tokens that are not scored as well, where they have a colour
  double z = 0;         // of all scored tokens up to here
};

struct Detection {
  std::size_t scored = 0, green = 0;
  double gamma = 0, z = 0;
  // P(as many green ones or more) under a key that the text knows nothing of; nothing where the text is too short: were
  // all its scored tokens green, this would still not be at the level asked for.
  std::optional<double> p_value{};
  std::vector<TokenColor> tokens{};  // one for each token of the text
};

struct DetectOptions {
  std::size_t prompt_length = 0;  // the first tokens, which are context and never scored
  double level = 3.2e-5;          // a p-value that would decide: that of the usual z* = 4
};

// Counts each colour once: a token that is looked up again in the same list has the colour that it had, and would be
// taken for evidence again. For a left hash that is: each (width + 1)-gram once. For the others it is stricter: the
// same list comes back with other contexts. So under a random key the count is exactly binomial (of ExactLists: at most
// as spread), whatever the text repeats.
template <AnyWatermarkScheme Scheme>
class WatermarkDetector {
 public:
  explicit WatermarkDetector(Scheme scheme) : scheme_(std::move(scheme)) {}
  const Scheme& scheme() const { return scheme_; }

  // Throws Error where the text has no tokens beside the prompt, or the scheme has a gate.
  Detection detect(std::span<const Token> tokens, const DetectOptions& options = {}) const {
    static_assert(!std::same_as<decltype(Scheme::gate), EntropyGate>,
                  "tl: this watermark has an entropy gate: detect(tokens, entropies) needs the entropy of the model's "
                  "distribution before each token");
    if (scheme_.entropy_gate())
      throw Error(
          "the watermark has an entropy gate: detecting it needs the entropy of the model's distribution before "
          "each token");
    return scan(tokens, {}, options);
  }

  // entropies[i], in nats, is that of the model's distribution of tokens[i]; entropies[0] is not looked at. Throws
  // Error also where there is not one for each token.
  Detection detect(std::span<const Token> tokens, std::span<const double> entropies,
                   const DetectOptions& options = {}) const {
    static_assert(Scheme::may_be_gated, "tl: this watermark has no entropy gate: detect(tokens) is all it needs");
    if (entropies.size() != tokens.size())
      throw Error("there are ", entropies.size(), " entropies for ", tokens.size(), " tokens");
    return scan(tokens, entropies, options);
  }

 private:
  Detection scan(std::span<const Token> tokens, std::span<const double> entropies, const DetectOptions& options) const {
    if (tokens.size() <= options.prompt_length)
      throw Error("there is no text to look for a watermark in: ", tokens.size(), " tokens, ", options.prompt_length,
                  " of them the prompt's");
    const auto gate = scheme_.entropy_gate();
    const std::size_t width = scheme_.width();
    Detection found{.gamma = scheme_.gamma()};
    found.tokens.reserve(tokens.size());
    std::set<std::pair<std::uint64_t, Token>> seen;
    for (std::size_t i = 0; i != tokens.size(); ++i) {
      TokenColor color{.z = found.z};
      if (i >= std::max(width, options.prompt_length)) {
        const ContextSeed after = scheme_.after(tokens.subspan(i - width, width));
        color.green = scheme_.green(after, tokens[i]);
        color.scored =
            (!gate || (i != 0 && gate->open(entropies[i]))) && seen.emplace(after(tokens[i]), tokens[i]).second;
        if (color.scored) {
          ++found.scored;
          found.green += color.green;
          color.z = found.z = green_z(found.green, found.scored, found.gamma);
        }
      }
      found.tokens.push_back(color);
    }
    if (green_p_value(found.scored, found.scored, found.gamma) <= options.level)
      found.p_value = green_p_value(found.green, found.scored, found.gamma);
    return found;
  }

  Scheme scheme_;
};

}  // namespace TL_NAMESPACE
