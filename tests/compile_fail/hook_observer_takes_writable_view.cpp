// expect: const for observe<>
#include <tl/model/gpt2.hpp>

using Residual = tl::TensorView<TL_WRONG(float, const float), tl::Dim<"row">, tl::Dim<"d_model">>;

void run(const tl::Gpt2<tl::gpt2_small>& model, std::span<const tl::Token> tokens) {
  model.run(tokens, tl::observe<"blocks.3.hook_resid_pre">([](Residual, tl::Context) {}));
}
