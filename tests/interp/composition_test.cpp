#include <tl/interp/composition.hpp>

#include "../catch.hpp"
#include "../model/small_models.hpp"
#include "dense_models.hpp"

using namespace tl;

namespace {
template <class Model>
void check(const Model& model) {
  const Config& c = model.config();
  for (const Composition kind : {Composition::q, Composition::k, Composition::v}) {
    const CompositionScores scores = composition_scores(model, kind);
    REQUIRE(scores.size() == c.n_layer * c.n_head * c.n_layer * c.n_head);
    for (std::size_t from = 0; from != c.n_layer; ++from)
      for (std::size_t to = 0; to != c.n_layer; ++to)
        for (std::size_t s = 0; s != c.n_head; ++s)
          for (std::size_t r = 0; r != c.n_head; ++r) {
            if (from >= to) {
              REQUIRE(scores(from, s, to, r) == 0);
              continue;
            }
            const DenseMatrix left = ov_circuit(model, from, s).ab();
            const DenseMatrix right = kind == Composition::q   ? qk_circuit(model, to, r).ab()
                                      : kind == Composition::k ? qk_circuit(model, to, r).transposed().ab()
                                                               : ov_circuit(model, to, r).ab();
            const double expected = frobenius(product(left, right)) / frobenius(left) / frobenius(right);
            REQUIRE(scores(from, s, to, r) == Approx(expected).epsilon(1e-5));
          }
  }
}

// A model whose heads of one layer are all zeros.
struct Silent : RandomSource {
  Silent() : RandomSource(3, 0.2f) {}
  void read(std::string_view name, std::span<const std::size_t> shape, float* out) override {
    RandomSource::read(name, shape, out);
    if (name == "h.0.attn.c_proj.weight") std::fill_n(out, shape[0] * shape[1], 0.f);
  }
};
}  // namespace

TEST_CASE("composition scores of every pair are those of whole matrices") {
  check(random_model<odd>());
  Config narrow = attention_only;  // heads wider than the model: Gram matrices without full rank
  narrow.d_model = 5;
  check(random_model<dynamic_gpt2>(narrow));
}

TEST_CASE("a head that writes nothing composes with none") {
  Silent source;
  const Gpt2<odd> model(source);
  const CompositionScores scores = composition_scores(model, Composition::k);
  CHECK(scores(0, 1, 2, 1) == 0);
  CHECK(scores(1, 1, 2, 1) > 0);
}

TEST_CASE("heads of random factors compose as much as random heads do by chance") {
  const RandomComposition chance = random_composition(51, 17);
  CHECK(random_composition(51, 17).mean == chance.mean);
  const auto model = random_model<odd>();
  double sum = 0;
  const CompositionScores scores = composition_scores(model, Composition::q);
  for (std::size_t s = 0; s != 3; ++s)
    for (std::size_t r = 0; r != 3; ++r) sum += scores(0, s, 2, r) / 9;
  CHECK(sum == Approx(chance.mean).epsilon(0.02));
  CHECK(chance.deviation > 0);
  CHECK(chance.deviation < 0.1 * chance.mean);
  CHECK(random_composition(400, 17).mean < 0.5 * chance.mean);  // there is more room to miss one another
  CHECK_THROWS_WITH(random_composition(51, 17, 0), "a mean of random composition scores needs at least one head");
}
