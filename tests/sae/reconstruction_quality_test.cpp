#include <tl/sae/reconstruction_quality.hpp>

#include <numeric>

#include "../catch.hpp"
#include "../model/small_models.hpp"

using namespace tl;

namespace {
const std::vector<std::vector<Token>> documents{some_tokens(20, odd, 1), some_tokens(1, odd, 2),
                                                some_tokens(33, odd, 3)};
constexpr std::size_t width = odd.d_mlp;
const std::string point = "blocks.1.mlp.hook_post";

ReconstructionComparison compare(std::initializer_list<Reconstruct> reconstructions,
                                 const ReconstructionOptions& options = {}, int threads = 1) {
  const std::vector<Reconstruct> list(reconstructions);
  return compare_reconstructions(random_model<odd>(), point, documents, list, options, {threads});
}
const Reconstruct identity = [](std::span<float>, int) {},
                  zero = [](std::span<float> x, int) { std::fill(x.begin(), x.end(), 0.f); },
                  half = [](std::span<float> x, int) {
                    for (float& each : x) each /= 2;
                  };
}  // namespace

TEST_CASE("the identity explains everything and costs nothing, the mean explains nothing") {
  // The mean of what is replaced, by another way.
  std::vector<double> mean(width);
  const auto model = random_model<odd>();
  double loss = 0;
  for (const auto& tokens : documents) {
    const auto run = model.run(tokens, capture<"blocks.1.mlp.hook_post">());
    const auto values = run["blocks.1.mlp.hook_post"_hook];
    for (std::size_t pos = 1; pos < tokens.size(); ++pos)
      for (std::size_t i = 0; i != width; ++i) mean[i] += static_cast<double>(values(pos)(i)) / (19 + 32);
    if (tokens.size() == 1) continue;
    const auto log_probs = model.log_probs(tokens);
    for (std::size_t pos = 1; pos + 1 < tokens.size(); ++pos) loss -= static_cast<double>(log_probs(pos)) / (18 + 31);
  }
  const Reconstruct by_mean = [&](std::span<float> x, int) {
    for (std::size_t i = 0; i != x.size(); ++i) x[i] = static_cast<float>(mean[i % width]);
  };
  const auto found = compare({identity, by_mean, zero, half});
  CHECK(found.cross_entropy == Approx(loss).epsilon(1e-6));
  const ReconstructionQuality &same = found.of[0], &flat = found.of[1], &nothing = found.of[2], &halved = found.of[3];
  CHECK(same.positions == 51);
  CHECK(same.explained_variance() == 1);
  CHECK(same.cosine == Approx(1));
  CHECK(same.relative_bias == Approx(1));
  CHECK(same.cross_entropy == found.cross_entropy);
  CHECK(same.kl == 0);
  CHECK(flat.explained_variance() == Approx(0).margin(1e-6));
  CHECK(nothing.fvu > 1);
  CHECK(nothing.cosine == 0);
  CHECK(nothing.kl > 0);
  CHECK(halved.cosine == Approx(1));
  CHECK(halved.relative_bias == Approx(.5));
  CHECK(same.recovered_cross_entropy(nothing, found.cross_entropy) == 1);
  CHECK(nothing.recovered_kl(nothing) == 0);
}

TEST_CASE("what is asked together is what is asked alone, with any number of threads") {
  const auto together = compare({zero, half}), alone = compare({half}, {}, 2);
  CHECK(together.of[1].kl == alone.of[0].kl);
  CHECK(together.of[1].cross_entropy == alone.of[0].cross_entropy);
}

TEST_CASE("position 0 is replaced only where that is asked for") {
  const auto whole = compare({half}, {.first_position = 0, .progress = {}});
  CHECK(whole.of[0].positions == 54);
}

TEST_CASE("whoever watches may stop, and has what was counted") {
  std::size_t seen = 0;
  const auto stopped = compare({half}, {.first_position = 1, .progress = [&](std::size_t done, std::size_t count) {
                                          seen = count;
                                          return done != 1;
                                        }});
  CHECK(seen == 3);
  CHECK(stopped.of[0].positions == 19);
}

TEST_CASE("what cannot be replaced is refused") {
  const auto model = random_model<odd>();
  const std::vector<Reconstruct> none;
  CHECK_THROWS_WITH(compare_reconstructions(model, "blocks.*.hook_resid_pre", documents, none),
                    Catch::Contains("is no place for reconstructions"));
  CHECK_THROWS_WITH(compare_reconstructions(model, "blocks.1.attn.hook_pattern", documents, none),
                    Catch::Contains("is no place for reconstructions"));
  CHECK_THROWS_WITH(compare_reconstructions(model, "blocks.9.hook_resid_pre", documents, none),
                    Catch::Contains("layer 9"));
  const std::vector<std::vector<Token>> only_bos{{0}};
  CHECK_THROWS_WITH(compare_reconstructions(model, point, only_bos, none), Catch::Contains("nothing to replace"));
}
