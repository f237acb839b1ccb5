#pragma once
// Logits raised or lowered by token.
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <tl/core/error.hpp>
#include <tl/decode/stage.hpp>
#include <utility>
#include <vector>

namespace TL_NAMESPACE {

struct TokenBias {
  Token token;
  float bias;  // added to the logit, in nats; `removed_logit` (-inf) forbids the token
};

// The `logit_bias` of OpenAI's completions interface. A token named twice gets the sum.
class LogitBias {
 public:
  static constexpr StageKind kind = StageKind::adjusts_logits;

  // Throws Error where a bias is NaN or +inf, or a token negative.
  explicit LogitBias(std::vector<TokenBias> biases) : biases_(std::move(biases)) {
    for (const auto& [token, bias] : biases_) {
      if (!(bias < std::numeric_limits<float>::infinity()))
        throw Error("logit_bias of token ", token, " is ", bias, ": it must be a number, or -inf to forbid the token");
      if (token < 0) throw Error("logit_bias names token ", token, ": token ids begin at 0");
    }
  }

  // Throws Error where a token is not of the vocabulary.
  void operator()(std::span<float> logits, const StepContext&) const {
    for (const auto& [token, bias] : biases_) {
      if (static_cast<std::size_t>(token) >= logits.size())
        throw Error("logit_bias names token ", token, ", but the vocabulary has ", logits.size(), " tokens");
      logits[static_cast<std::size_t>(token)] += bias;
    }
  }

 private:
  std::vector<TokenBias> biases_;
};

}  // namespace TL_NAMESPACE
