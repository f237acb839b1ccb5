#include <tl/model/weight_source.hpp>

#include "../catch.hpp"
#include "small_models.hpp"

using namespace tl;

TEST_CASE("any source makes a model: one that wraps another, scaling what it reads") {
  struct Doubled : RandomSource {
    using RandomSource::RandomSource;
    void read(std::string_view name, std::span<const std::size_t> shape, float* out) override {
      RandomSource::read(name, shape, out);
      if (name == "wpe.weight")
        for (std::size_t i = 0; i != shape[0] * shape[1]; ++i) out[i] *= 2.f;
    }
  };
  Doubled doubled(1, 0.2f);
  const Gpt2<odd> model(doubled);
  const auto plain = random_model<odd>();
  const auto tokens = some_tokens(2, odd);
  const auto a = model.run(tokens, capture<"hook_pos_embed">()), b = plain.run(tokens, capture<"hook_pos_embed">());
  CHECK(a["hook_pos_embed"_hook](1, 5) == 2 * b["hook_pos_embed"_hook](1, 5));
}
