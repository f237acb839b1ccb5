#pragma once
// An attention-only model whose weights are constructed to copy: what an analysis has to find in it is known.
//   The residual stream is [token | position | token before | output], a direction for each token or position in each.
//   The previous-token head L0H0 attends by position and writes the token into `token before`; the induction head H1 of
//   the last layer attends from a token to where `token before` is the same, and writes the token there into `output`,
//   which alone is unembedded. The other heads hold small random numbers. In a model of one layer both heads are in it,
//   and the second finds `token before` empty.
#include <map>
#include <string>
#include <tl/model/gpt2.hpp>
#include <tl/model/random_source.hpp>
#include <vector>

inline constexpr std::size_t induction_tokens = 24, induction_positions = 48;

inline constexpr tl::Config induction_config(std::size_t n_layer) {
  return {.n_layer = n_layer,
          .n_head = 2,
          .d_model = 3 * induction_tokens + induction_positions,
          .d_head = induction_positions,
          .d_mlp = 0,
          .n_ctx = induction_positions,
          .d_vocab = induction_tokens,
          .norm = tl::Norm::none,
          .tied_unembed = false};
}

class InductionSource : public tl::WeightSource {
 public:
  // direct: a token's embedding writes its successor's direction, times this, into `output`: a path without any head.
  explicit InductionSource(std::size_t n_layer, float direct = 0) : config_(induction_config(n_layer)) {
    const std::size_t V = induction_tokens, N = induction_positions, token = 0, position = V, before = V + N,
                      output = 2 * V + N;
    for (std::size_t a = 0; a != V; ++a) {
      element("wte.weight", a, token + a) = 1;
      element("wte.weight", a, output + (a + 1) % V) = direct;
      element("lm_head.weight", a, output + a) = 12;
    }
    for (std::size_t p = 0; p != N; ++p) element("wpe.weight", p, position + p) = 1;
    Head previous(*this, 0, 0), induction(*this, n_layer - 1, 1);
    for (std::size_t p = 0; p != N; ++p) {
      previous.q(position + p, p) = 15;  // a score of 15^2 / sqrt(48) = 32
      if (p + 1 != N) previous.k(position + p, p + 1) = 15;
    }
    for (std::size_t a = 0; a != V; ++a) {
      previous.v(token + a, a) = 1, previous.o(a, before + a) = 1;
      induction.q(token + a, a) = 11, induction.k(before + a, a) = 11;
      induction.v(token + a, a) = 1, induction.o(a, output + a) = 1;
    }
  }

  void read(std::string_view name, std::span<const std::size_t> shape, float* out) override {
    std::size_t size = 1;
    for (std::size_t extent : shape) size *= extent;
    std::fill_n(out, size, 0.f);
    if (name.find("c_attn.weight") != name.npos || name.find("c_proj.weight") != name.npos)
      random_.read(name, shape, out);
    for (const auto& [place, value] : elements_)
      if (place.name == name) out[place.row * shape[1] + place.column] = value;
  }
  bool has(std::string_view) const override { return false; }

 private:
  struct Place {
    std::string name;
    std::size_t row, column;
    auto operator<=>(const Place&) const = default;
  };
  float& element(const std::string& name, std::size_t row, std::size_t column) {
    return elements_[{name, row, column}];
  }

  // The matrices of one head, zero but for what is set.
  struct Head {
    Head(InductionSource& to, std::size_t at_layer, std::size_t at_head)
        : source(to), name("h." + std::to_string(at_layer) + ".attn."), head(at_head) {
      for (std::size_t i = 0; i != source.config_.d_model; ++i)
        for (std::size_t k = 0; k != source.config_.d_head; ++k) q(i, k) = this->k(i, k) = v(i, k) = o(k, i) = 0;
    }
    float& q(std::size_t row, std::size_t column) { return qkv(0, row, column); }
    float& k(std::size_t row, std::size_t column) { return qkv(1, row, column); }
    float& v(std::size_t row, std::size_t column) { return qkv(2, row, column); }
    float& o(std::size_t row, std::size_t column) {
      return source.element(name + "c_proj.weight", head * source.config_.d_head + row, column);
    }
    float& qkv(std::size_t part, std::size_t row, std::size_t column) {
      return source.element(name + "c_attn.weight", row,
                            (part * source.config_.n_head + head) * source.config_.d_head + column);
    }
    InductionSource& source;
    std::string name;
    std::size_t head;
  };

  tl::Config config_;
  tl::RandomSource random_{1, 0.01f};
  std::map<Place, float> elements_;
};

template <std::size_t NLayer>
tl::Gpt2<induction_config(NLayer)> induction_model(float direct = 0) {
  InductionSource source(NLayer, direct);
  return tl::Gpt2<induction_config(NLayer)>(source);
}
