#include <tl/model/weights.hpp>

#include <cmath>
#include "../catch.hpp"
#include "small_models.hpp"

using namespace tl;

namespace {
// A source that puts one bad value into one tensor.
struct Poisoned : RandomSource {
  Poisoned(std::string where, float what) : RandomSource(1), tensor(std::move(where)), value(what) {}
  void read(std::string_view name, std::span<const std::size_t> shape, float* out) override {
    RandomSource::read(name, shape, out);
    if (name == tensor) out[3] = value;
  }
  std::string tensor;
  float value;
};
}  // namespace

TEST_CASE("accessors give TransformerLens' matrices back") {
  RandomSource source(5);
  const Weights<odd> weights(source, odd, 1);
  std::vector<float> c_attn(51 * 153), c_proj(51 * 51), wte(207 * 51), c_fc(51 * 131), mlp_proj(131 * 51);
  const auto read = [&](const char* name, std::initializer_list<std::size_t> shape, std::vector<float>& out) {
    source.read(name, {shape.begin(), shape.size()}, out.data());
  };
  read("h.1.attn.c_attn.weight", {51, 153}, c_attn);
  read("h.1.attn.c_proj.weight", {51, 51}, c_proj);
  read("wte.weight", {207, 51}, wte);
  read("h.1.mlp.c_fc.weight", {51, 131}, c_fc);
  read("h.1.mlp.c_proj.weight", {131, 51}, mlp_proj);
  const auto w_q = weights.W_Q(1), w_k = weights.W_K(1), w_v = weights.W_V(1);
  for (std::size_t head = 0; head != 3; ++head)
    for (std::size_t m = 0; m != 51; ++m)
      for (std::size_t d = 0; d != 17; ++d) {
        REQUIRE(w_q(head, m, d) == c_attn[m * 153 + head * 17 + d]);
        REQUIRE(w_k(head, m, d) == c_attn[m * 153 + 51 + head * 17 + d]);
        REQUIRE(w_v(head, m, d) == c_attn[m * 153 + 102 + head * 17 + d]);
        REQUIRE(weights.W_O(1)(head, d, m) == c_proj[(head * 17 + d) * 51 + m]);
        if (head + m > 1) d = 16;  // all of one head's first rows, the last column of the others
      }
  CHECK(weights.W_in(1)(50, 130) == c_fc[50 * 131 + 130]);
  CHECK(weights.W_out(1)(130, 50) == mlp_proj[130 * 51 + 50]);
  CHECK(weights.W_U()(7, 200) == wte[200 * 51 + 7]);
  CHECK(weights.W_E(200)(7) == wte[200 * 51 + 7]);
}

TEST_CASE("nothing is kept twice: a tied model takes its packed size") {
  RandomSource source(5);
  const Weights<wide> weights(source, wide, 1);
  const std::size_t floats = (3 * 450 * 450 + 450 * 450 + 2 * 450 * 1801) * 2 + 611 * 450 + 80 * 450;
  CHECK(weights.bytes() < floats * sizeof(float) * 11 / 10);
}

TEST_CASE("weights that are not finite are refused, naming the tensor") {
  Poisoned nan("h.2.mlp.c_fc.weight", std::nanf("")), infinite("ln_f.bias", -INFINITY);
  CHECK_THROWS_WITH(Weights<odd>(nan, odd, 1),
                    "tensor `h.2.mlp.c_fc.weight` holds a value that is not finite, at element 3");
  CHECK_THROWS_WITH(Weights<odd>(infinite, odd, 1),
                    "tensor `ln_f.bias` holds a value that is not finite, at element 3");
}

TEST_CASE("a weight that rounds to infinity in bfloat16 is refused there, not in float32") {
  Poisoned huge("h.0.attn.c_attn.bias", 3.4e38f);
  CHECK_NOTHROW(Weights<odd>(huge, odd, 1));
  CHECK_THROWS_WITH((Weights<odd, bf16>(huge, odd, 1)),
                    "tensor `h.0.attn.c_attn.bias` holds a value that is not finite in bfloat16, at element 3");
}
