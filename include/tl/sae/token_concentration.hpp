#pragma once
// How much a unit (a feature, a neuron) is about one token: where its activation goes, against where tokens are anyway.
#include <cstddef>
#include <cstdint>
#include <span>
#include <tl/core/token.hpp>
#include <unordered_map>
#include <vector>

namespace TL_NAMESPACE {

// Of a unit with activations a >= 0: p(t) is the share of sum a at positions whose token is t, q(t) the share of
// positions. A unit that is the same everywhere has p = q.
struct Concentration {
  double mass = 0;              // sum a; where it is 0 nothing else is known
  Token top_token = 0;          // the t of greatest p
  double top_share = 0;         // its p
  double effective_tokens = 0;  // 1 / sum p^2: n where it is spread evenly over n tokens
  double information = 0;       // KL(p || q), nats: what one unit of activation says about the token
};

// Memory: for each token seen what units had at it, a number a unit where that is many of them.
class TokenConcentration {
 public:
  explicit TokenConcentration(std::size_t units) : units_(units) {}

  // What all units have at a position; negative activations count as 0.
  void add(Token token, std::span<const float> activations);
  // Those that are not 0.
  void add(Token token, std::span<const std::uint32_t> features, std::span<const float> activations);

  std::size_t units() const { return units_; }
  // Of every unit.
  std::vector<Concentration> concentrations() const;

 private:
  // Of one token. Features are few a position, so most tokens meet few of them: 24,576 floats for each of GPT-2's
  // tokens would be 5 GB.
  struct Row {
    std::unordered_map<std::uint32_t, float> few;
    std::vector<float> all;  // [unit], once there are many
    double positions = 0;
  };
  Row& row_of(Token token);
  void spread(Row& row) const;

  std::size_t units_;
  std::vector<Row> rows_;  // [token]
};

}  // namespace TL_NAMESPACE

#ifdef TL_HEADER_ONLY
#include <tl/sae/token_concentration-inl.hpp>
#endif
