#include <cmath>
#include <random>
#include <string>
#include <tl/io/npz.hpp>
#include <tl/sae/sae_loss.hpp>

#include "../catch.hpp"

namespace {

using Kind = tl::SaeObjectiveKind;

struct Case {
  std::string name;
  tl::SaeObjective objective;
  bool dead = false, raw_input = false;
};

std::vector<Case> cases() {
  tl::SaeObjective tanh{.kind = Kind::jumprelu, .jumprelu_bandwidth = .5f, .jumprelu_tanh = true};
  tl::SaeObjective ste{.kind = Kind::jumprelu, .jumprelu_bandwidth = .5f};
  ste.jumprelu_ste_to_input = true, ste.pre_act_loss_coefficient = .2f;
  return {
      {"standard", {.kind = Kind::standard}},
      {"standard_raw_input", {.kind = Kind::standard}, false, true},
      {"gated", {.kind = Kind::gated}},
      {"jumprelu", {.kind = Kind::jumprelu, .jumprelu_bandwidth = .5f}},
      {"jumprelu_ste", ste, true},
      {"jumprelu_tanh", tanh},
      {"topk", {.kind = Kind::topk, .k = 4}, true},
      {"topk_unscaled", {.kind = Kind::topk, .k = 4, .rescale_acts_by_decoder_norm = false}},
      {"batchtopk", {.kind = Kind::batchtopk, .k = 3.5f}, true},
      {"matryoshka", {.kind = Kind::matryoshka_batchtopk, .k = 4, .matryoshka_widths = {6, 13}}},
  };
}

constexpr float sparsity = .3f;

tl::SaeConfig config_of(const Case& c, std::size_t d_in, std::size_t d_sae) {
  return {.architecture = c.objective.architecture(),
          .d_in = d_in,
          .d_sae = d_sae,
          .d_out = d_in,
          .apply_b_dec_to_input = !c.raw_input};
}

// A problem of any size with the tensors of the case's architecture, random.
struct Problem {
  tl::SaeConfig config;
  tl::SaeParameters parameters;
  std::vector<float> x;
  std::vector<std::uint8_t> dead;

  Problem(const Case& c, std::size_t d_in, std::size_t d_sae, std::size_t rows) : config(config_of(c, d_in, d_sae)) {
    std::mt19937 bits(5);
    std::normal_distribution<float> draw;
    parameters = tl::SaeParameters::of(config, tl::SaeWeights::zeros(config));
    for (auto* tensor : parameters.tensors())
      for (float& value : *tensor) value = .3f * draw(bits);
    for (float& value : parameters.threshold) value = std::abs(value);
    x.resize(rows * d_in);
    for (float& value : x) value = draw(bits);
    for (std::size_t i = 0; i != d_sae; ++i) dead.push_back(i % 3 == 1);
  }
  tl::SaeBatch batch(const Case& c) const {
    return {x.data(), x.size() / config.d_in, nullptr, c.dead ? dead.data() : nullptr};
  }
};

double largest(const auto& values) {
  double most = 0;
  for (const float value : values) most = std::max(most, std::abs(double{value}));
  return most;
}

}  // namespace

TEST_CASE("losses and gradients are those of SAELens' autograd") {
  const tl::io::Npz reference(TL_SOURCE_DIR "/tests/data/sae/training.npz");
  const auto values = [&](const std::string& name) {
    const auto array = reference.read(name);
    const auto view = array.values<float>();
    return std::vector<float>(view.begin(), view.end());
  };
  const auto x = values("x"), dead_values = values("dead");
  const std::vector<std::uint8_t> dead(dead_values.begin(), dead_values.end());
  for (const Case& c : cases()) {
    CAPTURE(c.name);
    const tl::SaeConfig config = config_of(c, 12, 24);
    tl::SaeWeights weights = tl::SaeWeights::zeros(config);
    const auto fill = [&](tl::AlignedVector<float>& tensor, const std::string& name) {
      if (tensor.empty()) return;
      const auto from = values(name);
      tensor.assign(from.begin(), from.end());
    };
    fill(weights.W_enc, "W_enc"), fill(weights.W_dec, "W_dec"), fill(weights.b_enc, "b_enc");
    fill(weights.b_dec, "b_dec"), fill(weights.threshold, "threshold"), fill(weights.b_gate, "b_gate");
    fill(weights.b_mag, "b_mag"), fill(weights.r_mag, "r_mag");

    const auto parameters = tl::SaeParameters::of(config, weights);
    auto gradients = parameters.zeros();
    tl::SaeLoss loss(config, c.objective, 1);
    const auto losses = loss(parameters, {x.data(), 20, nullptr, c.dead ? dead.data() : nullptr}, sparsity, gradients);
    CHECK(losses.loss == Approx(values(c.name + ".loss")[0]).epsilon(1e-5));
    CHECK(losses.mse == Approx(values(c.name + ".mse")[0]).epsilon(1e-5));
    CHECK(losses.l0 == Approx(values(c.name + ".l0")[0]));
    if (reference.has(c.name + ".least_active"))
      CHECK(losses.least_active == Approx(values(c.name + ".least_active")[0]).epsilon(1e-5));
    const tl::SaeWeights given = gradients.weights(config);
    const auto compare = [&](const tl::AlignedVector<float>& tensor, const std::string& name) {
      if (!reference.has(c.name + "." + name)) return;  // batchtopk does not learn its threshold
      CAPTURE(name);
      const auto expected = values(c.name + "." + name);
      REQUIRE(expected.size() == tensor.size());
      const double bound = 1e-5 * largest(expected) + 1e-12;
      double worst = 0;
      for (std::size_t i = 0; i != expected.size(); ++i)
        worst = std::max(worst, std::abs(double{tensor[i]} - double{expected[i]}));
      CHECK(worst <= bound);
    };
    compare(given.W_enc, "W_enc"), compare(given.W_dec, "W_dec"), compare(given.b_enc, "b_enc");
    compare(given.b_dec, "b_dec"), compare(given.threshold, "threshold"), compare(given.b_gate, "b_gate");
    compare(given.b_mag, "b_mag"), compare(given.r_mag, "r_mag");
  }
}

// Where the loss is smooth. A step's penalty, and jumprelu's gradient to its thresholds, are estimates by construction.
TEST_CASE("gradients are the differences of the loss") {
  for (const Case& c : cases()) {
    if (c.objective.kind == Kind::jumprelu || c.dead) continue;  // AuxK's target is held fixed
    CAPTURE(c.name);
    Problem problem(c, 5, 24, 9);
    auto gradients = problem.parameters.zeros(), ignored = gradients;
    tl::SaeLoss loss(problem.config, c.objective, 1);
    loss(problem.parameters, problem.batch(c), sparsity, gradients);
    for (std::size_t t = 0; t != tl::SaeParameters::names.size(); ++t) {
      auto& tensor = *problem.parameters.tensors()[t];
      const double scale = largest(*gradients.tensors()[t]);
      std::size_t checked = 0, wrong = 0;
      for (std::size_t i = 0; i != tensor.size(); ++i) {
        const float before = tensor[i], h = 2e-3f;
        const auto at = [&](float value) {
          tensor[i] = value;
          return loss(problem.parameters, problem.batch(c), sparsity, ignored).loss;
        };
        const double slope = (at(before + h) - at(before - h)) / (2 * double{h});
        tensor[i] = before;
        ++checked;
        wrong += std::abs(slope - double{(*gradients.tensors()[t])[i]}) > 1e-3 * scale + 1e-4;
      }
      CAPTURE(tl::SaeParameters::names[t], checked);
      CHECK(wrong <= 1 + checked / 20);  // where a step of h switches a feature on or off the loss has a kink
    }
  }
}

TEST_CASE("a transcoder reconstructs its target") {
  const tl::SaeConfig config{.architecture = tl::SaeArchitecture::transcoder,
                             .d_in = 2,
                             .d_sae = 3,
                             .d_out = 1,
                             .apply_b_dec_to_input = false};
  auto weights = tl::SaeWeights::zeros(config);
  weights.W_enc = {1, 0, 0, 0, 1, 0};  // features 0 and 1 are the inputs
  weights.W_dec = {2, 3, 5};
  weights.b_dec = {1};
  const auto parameters = tl::SaeParameters::of(config, weights);
  auto gradients = parameters.zeros();
  const float x[]{1, 4, -1, 2}, target[]{14, 9};  // 1 + 2 + 12 = 15 and 1 + 6 = 7
  tl::SaeLoss loss(config, {.kind = Kind::standard}, 1);
  const auto losses = loss(parameters, {x, 2, target}, 0, gradients);
  CHECK(losses.mse == Approx((1. + 4.) / 2));
  CHECK(losses.explained_variance == Approx(1 - 5. / 12.5));
  CHECK(gradients.W_dec[0] == Approx(1.));       // the error of row 0, 1, times its x
  CHECK(gradients.W_dec[1] == Approx(4. - 4.));  // 1 * 4 - 2 * 2
  CHECK(gradients.b_dec[0] == Approx(-1.));
}

TEST_CASE("two threads give the bits of one") {
  for (const Case& c : cases()) {
    CAPTURE(c.name);
    const Problem problem(c, 40, 160, 1300);
    auto one = problem.parameters.zeros(), two = one;
    tl::SaeLoss first(problem.config, c.objective, 1), second(problem.config, c.objective, 2);
    first(problem.parameters, problem.batch(c), sparsity, one);
    second(problem.parameters, problem.batch(c), sparsity, two);
    for (std::size_t t = 0; t != tl::SaeParameters::names.size(); ++t) CHECK(*one.tensors()[t] == *two.tensors()[t]);
    CHECK(first.active_rows() == second.active_rows());
  }
}

TEST_CASE("an objective that cannot train the SAE is refused") {
  using Catch::Matchers::Contains;
  const tl::SaeConfig config{.architecture = tl::SaeArchitecture::topk, .d_in = 4, .d_sae = 8, .d_out = 4};
  CHECK_THROWS_WITH(tl::SaeLoss(config, {.kind = Kind::standard}, 1), Contains("architecture standard, not topk"));
  CHECK_THROWS_WITH(tl::SaeLoss(config, {.kind = Kind::topk, .k = 9}, 1), Contains("at most d_sae, 8"));
  CHECK_THROWS_WITH(tl::SaeLoss({.architecture = tl::SaeArchitecture::jumprelu, .d_in = 4, .d_sae = 8, .d_out = 4},
                                {.kind = Kind::matryoshka_batchtopk, .k = 2}, 1),
                    Contains("needs widths"));
}
