#include <tl/sae/sae_evaluation.hpp>
#include <tl/sae/sae_folder.hpp>

#include "../catch.hpp"
#include "../model/small_models.hpp"

using namespace tl;

namespace {
const std::vector<std::vector<Token>> documents{some_tokens(20, odd, 1), some_tokens(33, odd, 3)};

// Two features for each of the first `dims` dimensions, x and -x: with all of them every row is reconstructed.
SaeFile mirror(std::size_t dims) {
  SaeFile sae{{.d_in = odd.d_model, .d_sae = 2 * odd.d_model, .d_out = odd.d_model}, {}};
  sae.config.site.hook_name = "blocks.1.hook_resid_pre";
  sae.weights = SaeWeights::zeros(sae.config);
  for (std::size_t i = 0; i != dims; ++i)
    for (const std::size_t sign : {0u, 1u}) {
      const std::size_t feature = 2 * i + sign;
      sae.weights.W_enc[i * sae.config.d_sae + feature] = sae.weights.W_dec[feature * odd.d_model + i] = sign ? -1 : 1;
    }
  return sae;
}
}  // namespace

TEST_CASE("an SAE that reconstructs everything costs nothing; one of some dimensions is between that and zero") {
  const auto model = random_model<odd>();
  const SaeFile whole_file = mirror(odd.d_model), part_file = mirror(30);
  const DynamicSae<float> whole(whole_file.config, whole_file.weights), part(part_file.config, part_file.weights);
  const SaeEvaluation all_of_it = evaluate_sae(model, whole, documents);
  CHECK(all_of_it.activity.positions() == 19 + 32);
  CHECK(all_of_it.activity.l0() == Approx(odd.d_model).margin(.5));  // x or -x, unless x is 0
  CHECK(all_of_it.sae.explained_variance() == 1);
  CHECK(all_of_it.sae.cross_entropy == all_of_it.cross_entropy);
  CHECK(all_of_it.mean.explained_variance() == Approx(0).margin(1e-6));
  CHECK(all_of_it.zero.fvu >= 1);

  const SaeEvaluation some_of_it = evaluate_sae(model, part, documents);
  CHECK(some_of_it.activity.l0() == Approx(30).margin(.5));
  CHECK(some_of_it.activity.dead() == Approx(1 - 30. / odd.d_model).margin(.05));
  CHECK((some_of_it.sae.fvu > .05 && some_of_it.sae.fvu < some_of_it.zero.fvu));
  CHECK(some_of_it.sae.kl > 0);
  CHECK(some_of_it.zero.kl == all_of_it.zero.kl);
}

TEST_CASE("an SAE of another place is not evaluated") {
  SaeFile sae = mirror(3);
  sae.config.site.hook_name = "blocks.1.mlp.hook_post";
  CHECK_THROWS_WITH(evaluate_sae(random_model<odd>(), DynamicSae<float>(sae.config, sae.weights), documents),
                    Catch::Contains("of this model has 131"));
}
