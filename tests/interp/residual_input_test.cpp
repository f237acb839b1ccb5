#include <tl/interp/residual_input.hpp>

#include "../catch.hpp"
#include "../model/small_models.hpp"

using namespace tl;

TEST_CASE("where the residual stream is read, and what wrote it") {
  const ResidualInput end = ResidualInput{}.of(odd), attention = ResidualInput{1}.of(odd),
                      mlp = ResidualInput{1, true}.of(odd);
  CHECK(end.residual(odd) == PointAt{Point::resid_post, 2});
  CHECK(end.scale(odd) == PointAt{Point::ln_final_scale});
  CHECK((end.attention_layers() == 3 && end.mlp_layers(odd) == 3));
  CHECK(attention.residual(odd) == PointAt{Point::resid_pre, 1});
  CHECK(attention.scale(odd) == PointAt{Point::ln1_scale, 1});
  CHECK((attention.attention_layers() == 1 && attention.mlp_layers(odd) == 1));
  CHECK(mlp.residual(odd) == PointAt{Point::resid_mid, 1});
  CHECK(mlp.scale(odd) == PointAt{Point::ln2_scale, 1});
  CHECK((mlp.attention_layers() == 2 && mlp.mlp_layers(odd) == 1));
  CHECK(ResidualInput{2}.of(attention_only).mlp_layers(attention_only) == 0);
}

TEST_CASE("what a model does not have is refused") {
  CHECK_THROWS_WITH(
      (ResidualInput{4}.of(odd)),
      "the residual stream has no input of layer 4: this model has layers 0 to 2, and the unembedding after them");
  CHECK_THROWS_WITH((ResidualInput{3, true}.of(odd)),
                    Catch::Matchers::StartsWith("the residual stream has no MLP input of layer 3"));
  CHECK_THROWS_WITH((ResidualInput{0, true}.of(attention_only)), "there is no input of an MLP: this model has no MLPs");
  CHECK_THROWS_WITH((ResidualInput{unembedding, true}.of(odd)),
                    Catch::Matchers::StartsWith("the residual stream has no MLP input of layer 3"));
}
