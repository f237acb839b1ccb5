// expect: tl: this policy was made in one residual basis and the model is in another (raw against centred); convert it first, by convert_basis
#include <tl/hooks/convert_basis.hpp>
#include <tl/model/direction.hpp>

inline constexpr tl::Config shape = tl::processed(tl::gpt2_small, tl::WeightProcessing::standard());

void run(const tl::Gpt2<shape, float, tl::Basis::centred>& processed, std::span<const tl::Token> tokens,
         const tl::Direction<"blocks.3.hook_resid_post", tl::Basis::raw, tl::Dim<"d_model", 768>>& v) {
  processed.run(tokens, tl::steer(tl::convert_basis<tl::Basis::TL_WRONG(raw, centred)>(v), 4));
}
