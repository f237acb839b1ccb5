#include <tl/sae/sae.hpp>

#include "../io/scratch.hpp"
#include "../kernels/every_set.hpp"
#include "../model/goldens.hpp"
#include "references.hpp"
#include "small_saes.hpp"

using Catch::Matchers::Contains;

namespace {
using Plain = tl::Sae<"blocks.1.hook_resid_pre", 8, 24>;
using Eight = tl::TensorView<const float, tl::Dim<"pos">, tl::Dim<"d_model", 8>>;

Eight view_of(const std::vector<float>& x) { return {x.data(), Eight::shape_type::of({x.size() / 8, 8})}; }
}  // namespace

TEST_CASE("a typed SAE computes what the dynamic one does") {
  const auto sae = tl::load_sae<Plain>(references::folder("standard"));
  const auto x = references::values("standard", "x");
  const auto encoded = sae.encode(view_of(x));
  REQUIRE(goldens::relative_difference(encoded.features.dense().values(), references::values("standard", "acts_post")) <
          1e-5);
  REQUIRE(goldens::relative_difference(sae.decode(encoded).values(), references::values("standard", "output")) < 1e-5);
  REQUIRE(goldens::relative_difference(sae(view_of(x)).values(), references::values("standard", "output")) < 1e-5);
  const auto v = sae.direction(5);
  STATIC_REQUIRE(std::is_same_v<decltype(v),
                                const tl::Direction<"blocks.1.hook_resid_pre", tl::Basis::raw, tl::Dim<"d_model", 8>>>);
  const auto row = sae.dynamic_sae().decoder_row(5);
  REQUIRE(same_bits(v.vector.data(), row.data(), 8));
}

TEST_CASE("a folder that contradicts the type is refused in one sentence") {
  const auto complaint = []<class S>(std::type_identity<S>, std::string_view kind) {
    return error_of([&] { tl::load_sae<S>(references::folder(kind)); });
  };
  const std::string begins = "the SAE is not the one of the program's type: ";
  REQUIRE(complaint(std::type_identity<Plain>(), "topk") == begins + "architecture topk against standard");
  REQUIRE(complaint(std::type_identity<tl::Sae<"blocks.1.hook_resid_pre", 8, 24, tl::sae_activation::TopK<3>>>(),
                    "topk") == begins + "k 4 against 3");
  REQUIRE(complaint(std::type_identity<tl::Sae<"blocks.2.hook_resid_pre", 6, 24>>(), "standard") ==
          begins + "hook point blocks.1.hook_resid_pre against blocks.2.hook_resid_pre, d_in 8 against 6");
  REQUIRE(complaint(std::type_identity<tl::Sae<"blocks.1.hook_resid_pre", 8, 24, tl::sae_activation::Relu,
                                               tl::SaeNormalisation::none, tl::Basis::centred>>(),
                    "standard") == begins + "residual basis raw against centred");
  REQUIRE(complaint(std::type_identity<Plain>(), "standard_layer_norm") ==
          begins + "normalisation layer_norm against none");
}

TEST_CASE("convert_basis folds the centring in, and at other points changes the type alone") {
  using Centred = tl::Sae<"blocks.1.hook_resid_pre", 8, 24, tl::sae_activation::Gated, tl::SaeNormalisation::none,
                          tl::Basis::centred>;
  const auto centred = random_typed_sae<Centred>();
  const auto raw = tl::convert_basis<tl::Basis::raw>(centred);
  STATIC_REQUIRE(decltype(raw)::basis == tl::Basis::raw);
  REQUIRE_FALSE(raw.config().site.center_writing_weights);
  auto x = random_floats(40, 3), moved = x;
  const auto before = centred.encode(view_of(x)).features.dense();
  for (float& value : moved) value += 7;
  const auto of_moved = raw.encode(view_of(moved)).features.dense(), of_x = raw.encode(view_of(x)).features.dense();
  REQUIRE(goldens::relative_difference(of_moved.values(), of_x.values()) < 1e-5);
  REQUIRE(before.size() == of_x.size());

  using Mlp =
      tl::Sae<"blocks.1.mlp.hook_post", 8, 24, tl::sae_activation::Relu, tl::SaeNormalisation::constant_norm_rescale>;
  const auto mlp = random_typed_sae<Mlp>();
  REQUIRE(tl::convert_basis<tl::Basis::centred>(mlp).dynamic_sae().weights().W_enc ==
          mlp.dynamic_sae().weights().W_enc);
}
