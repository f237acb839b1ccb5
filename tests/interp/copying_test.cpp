#include <tl/interp/copying.hpp>

#include "../catch.hpp"
#include "../model/small_models.hpp"
#include "dense_models.hpp"

using namespace tl;

namespace {

// Head 0.0 copies: W_V picks half of the stream and W_O puts it back. Head 0.1 does the reverse of that.
struct Copying : RandomSource {
  Copying() : RandomSource(3, 0.3f) {}
  void read(std::string_view name, std::span<const std::size_t> shape, float* out) override {
    RandomSource::read(name, shape, out);
    constexpr std::size_t d = 24, d_head = 12;
    if (name == "h.0.attn.c_attn.weight")
      for (std::size_t m = 0; m != d; ++m)
        for (std::size_t j = 0; j != d; ++j) out[m * 3 * d + 2 * d + j] = m == j ? 1.f : 0.f;
    if (name == "h.0.attn.c_proj.weight")
      for (std::size_t j = 0; j != d; ++j)
        for (std::size_t m = 0; m != d; ++m) out[j * d + m] = m != j ? 0.f : j < d_head ? 1.f : -1.f;
  }
};

// The circuit as it stands: [d_vocab, d_vocab].
template <class Model>
DenseMatrix full_ov(const Model& model, std::size_t layer, std::size_t head) {
  return product(product(w_e_of(model), ov_circuit(model, layer, head).ab()), dense_of(model.weights().W_U()));
}

}  // namespace

TEST_CASE("the copying score is that of the full OV circuit's eigenvalues") {
  Config untied = attention_only;
  untied.tied_unembed = false;
  for (const Config& config : {attention_only, untied}) {
    const auto model = random_model<dynamic_gpt2>(config);
    const CopyingScores scores = copying_scores(model);
    for (std::size_t layer = 0; layer != 2; ++layer)
      for (std::size_t head = 0; head != 2; ++head) {
        double sum = 0, magnitudes = 0;
        for (const auto& value : kernels::eigenvalues(full_ov(model, layer, head))) {
          sum += value.real();
          magnitudes += std::abs(value);
        }
        CHECK(scores(layer, head) == Approx(sum / magnitudes).margin(1e-4));
      }
  }
}

TEST_CASE("a head that copies is seen, and so is one that does the reverse") {
  Copying source;
  const Gpt2<attention_only> model(source);
  const CopyingScores scores = copying_scores(model);
  CHECK(scores(0, 0) == Approx(1).margin(1e-5));
  CHECK(scores(0, 1) == Approx(-1).margin(1e-5));
  CHECK(std::abs(scores(1, 0)) < 0.9f);
  CHECK(token_copying(model, 0, 0).mean_rank < 5);
  CHECK(token_copying(model, 0, 0).top1 > 0.7);
  CHECK(token_copying(model, 0, 1).mean_rank > 45);
  CHECK(token_copying(model, 0, 1).top1 == 0);
}

TEST_CASE("a token's rank is that of the diagonal of the full circuit") {
  const auto model = random_model<odd>();
  const DenseMatrix circuit = full_ov(model, 1, 2);
  double ranks = 0, first = 0;
  for (std::size_t token = 0; token != circuit.rows; ++token) {
    std::size_t above = 0;
    for (std::size_t other = 0; other != circuit.columns; ++other)
      above += circuit(token, other) > circuit(token, token);
    ranks += static_cast<double>(above);
    first += above == 0;
  }
  const TokenCopying found = token_copying(model, 1, 2);
  CHECK(found.mean_rank == Approx(ranks / 207).margin(0.05));
  CHECK(found.top1 == Approx(first / 207).margin(0.006));
  CHECK_THROWS_WITH(token_copying(model, 1, 3),
                    "there is no head 3 in layer 1: this model has layers 0 to 2 of heads 0 to 2");
}
