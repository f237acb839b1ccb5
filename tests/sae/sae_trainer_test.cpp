#include <sys/resource.h>

#include <csignal>
#include <cstdio>
#include <limits>
#include <tl/core/philox.hpp>
#include <tl/io/output_file.hpp>
#include <tl/sae/sae_trainer.hpp>

#include "../catch.hpp"
#include "../io/scratch.hpp"
#include "planted_dictionary.hpp"

namespace {

using Kind = tl::SaeObjectiveKind;
using Catch::Matchers::Contains;

tl::SaeConfig config_of(const tl::SaeObjective& objective) {
  return {.architecture = objective.architecture(), .d_in = 32, .d_sae = 64, .d_out = 32};
}

struct Planted {
  tl::SaeObjective objective;
  std::size_t steps, batch_rows;
  double rate, least_f1;
};
void find_again(const Planted& planted, const PlantedDictionary& dictionary) {
  CAPTURE(name(planted.objective.kind));
  tl::ActivationBuffer buffer(dictionary.reader(), 8192, 1);
  tl::SaeTraining training{.objective = planted.objective, .steps = planted.steps, .batch_rows = planted.batch_rows};
  training.learning_rate = {planted.rate, tl::LearningRate::Shape::cosine, 50, 0, 1e-5};
  training.sparsity_warm_up_steps = planted.objective.ranks() ? 0 : 300;
  training.dead_feature_window = 100;
  tl::SaeTrainer trainer(config_of(planted.objective), training, buffer, 1);
  const auto untrained = dictionary.score(trainer.result());
  CHECK(untrained.mean_max_cosine <= .6);
  CHECK(untrained.support_f1 <= .6);
  while (!trainer.done()) trainer.step();
  const auto score = dictionary.score(trainer.result());
  CAPTURE(score.mean_max_cosine, score.support_f1);
  CHECK(score.mean_max_cosine >= .95);
  CHECK(score.support_f1 >= planted.least_f1);
}

tl::SaeObjective jumprelu() {
  tl::SaeObjective objective{.kind = Kind::jumprelu, .sparsity_coefficient = .1f, .jumprelu_init_threshold = .1f};
  objective.jumprelu_bandwidth = .2f, objective.pre_act_loss_coefficient = .1f;
  return objective;
}

}  // namespace

// Exactly three atoms a row for TopK, each with probability .05 for the others. These know an atom by one linear
// function of the row and a threshold, whatever else is in the row, and among random atoms that has a limit: the linear
// functions that a logistic regression learns from the true supports come to an F1 of .889. (TopK, which ranks, has
// another: .954, the three greatest of such functions.)
TEST_CASE("every objective finds a planted dictionary of random atoms again") {
  find_again({{.kind = Kind::topk, .k = 3}, 800, 256, 2e-2, .93}, PlantedDictionary(3));
  const Planted planted[]{
      {{.kind = Kind::standard, .sparsity_coefficient = .4f}, 2000, 256, 5e-3, .86},
      {{.kind = Kind::gated, .sparsity_coefficient = .8f}, 2000, 256, 1e-2, .86},
      {jumprelu(), 1500, 512, 1e-2, .87},
      {{.kind = Kind::batchtopk, .k = 2.9f}, 2000, 256, 2e-2, .87},
      {{.kind = Kind::matryoshka_batchtopk, .k = 2.9f, .matryoshka_widths = {60}}, 2000, 256, 2e-2, .85},
  };
  for (const Planted& each : planted) find_again(each, PlantedDictionary(0));
}

TEST_CASE("a threshold tells atoms better where they overlap less") {
  const Planted planted[]{
      {{.kind = Kind::standard, .sparsity_coefficient = .4f}, 2000, 512, 5e-3, .9},
      {{.kind = Kind::gated, .sparsity_coefficient = .8f}, 3000, 256, 1e-2, .9},
      {jumprelu(), 2000, 512, 1e-2, .9},
      {{.kind = Kind::batchtopk, .k = 3}, 2000, 256, 2e-2, .9},
  };
  for (const Planted& each : planted) find_again(each, PlantedDictionary(0, PlantedDictionary::Atoms::two_bases));
}

TEST_CASE("training goes on from a checkpoint bit for bit, on any number of threads") {
  const Scratch scratch;
  const std::string path = scratch.path("checkpoint.npz");
  for (const Kind kind : {Kind::topk, Kind::batchtopk, Kind::jumprelu}) {
    CAPTURE(name(kind));
    const PlantedDictionary dictionary(3);
    tl::SaeTraining training{.objective = {.kind = kind, .k = 3}, .steps = 12, .batch_rows = 300};
    training.dead_feature_window = 2;
    auto config = config_of(training.objective);
    config.normalisation = tl::SaeNormalisation::expected_average_only_in;
    training.geometric_median = true;
    tl::ActivationBuffer buffer(dictionary.reader(), 1000, 1), other(dictionary.reader(), 1000, 1);
    tl::SaeTrainer whole(config, training, buffer, 2);
    for (int i = 0; i != 12; ++i) {
      if (i == 7) whole.save(path);
      whole.step();
    }
    tl::SaeTrainer resumed(config, training, other, 1);
    resumed.restore(path);
    CHECK(resumed.steps_done() == 7);
    while (!resumed.done()) resumed.step();
    for (std::size_t t = 0; t != tl::SaeParameters::names.size(); ++t)
      CHECK(*whole.parameters().tensors()[t] == *resumed.parameters().tensors()[t]);
    CHECK(whole.result().log_sparsity == resumed.result().log_sparsity);
  }
}

TEST_CASE("a scale of the inputs is folded into the SAE") {
  const PlantedDictionary dictionary(3);
  tl::ActivationBuffer buffer(dictionary.reader(), 1000, 1);
  const tl::SaeTraining training{.objective = {.kind = Kind::topk, .k = 3}, .steps = 300, .batch_rows = 1000};
  auto config = config_of(training.objective);
  config.normalisation = tl::SaeNormalisation::expected_average_only_in;
  tl::SaeTrainer trainer(config, training, buffer, 1);
  tl::SaeTrainingStep last;
  while (!trainer.done()) last = trainer.step();
  const auto trained = trainer.result();
  CHECK(trained.config.normalisation == tl::SaeNormalisation::none);
  // The same explained variance, of rows as they are, by the engine.
  tl::AlignedVector<float> rows;
  dictionary.read(1u << 30, rows, nullptr);
  const tl::DynamicSae<> sae(trained.config, trained.weights, {1});
  const std::size_t n = PlantedDictionary::rows_a_document;
  const auto out = sae({rows.data(), n, 32}, {1});
  double error = 0, variance = 0;
  for (std::size_t j = 0; j != 32; ++j) {
    double mean = 0;
    for (std::size_t r = 0; r != n; ++r) mean += double{rows[r * 32 + j]} / double{n};
    for (std::size_t r = 0; r != n; ++r) {
      error += std::pow(double{rows[r * 32 + j]} - double{out.data()[r * 32 + j]}, 2);
      variance += std::pow(double{rows[r * 32 + j]} - mean, 2);
    }
  }
  CHECK(1 - error / variance == Approx(last.losses.explained_variance).margin(.03));
}

TEST_CASE("a kept decoder norm stays 1") {
  const PlantedDictionary dictionary(3);
  tl::ActivationBuffer buffer(dictionary.reader(), 1000, 1);
  tl::SaeTraining training{.objective = {.kind = Kind::standard}, .steps = 3, .batch_rows = 100};
  training.normalise_decoder = true;
  tl::SaeTrainer trainer(config_of(training.objective), training, buffer, 1);
  while (!trainer.done()) trainer.step();
  for (std::size_t i = 0; i != 64; ++i) {
    double square = 0;
    for (std::size_t j = 0; j != 32; ++j) square += std::pow(double{trainer.parameters().W_dec[i * 32 + j]}, 2);
    CHECK(square == Approx(1).epsilon(1e-5));
  }
}

TEST_CASE("an activation that is not a number stops training, which says the step and keeps what was") {
  const PlantedDictionary dictionary(3);
  std::size_t reads = 0;
  tl::ActivationReader reader = dictionary.reader();
  reader.read = [&, read = reader.read](auto documents, tl::AlignedVector<float>& rows) {
    const auto counts = read(documents, rows);
    if (++reads > 1) rows[5] = std::numeric_limits<float>::quiet_NaN();
    return counts;
  };
  tl::ActivationBuffer buffer(reader, 2000, 1);
  const tl::SaeTraining training{.objective = {.kind = Kind::topk, .k = 3}, .steps = 100, .batch_rows = 500};
  tl::SaeTrainer trainer(config_of(training.objective), training, buffer, 1);
  std::string message;
  try {
    while (!trainer.done()) trainer.step();
  } catch (const tl::Error& error) {
    message = error.what();
  }
  CHECK_THAT(message, Contains("training stopped at step " + std::to_string(trainer.steps_done() + 1) +
                               ": an activation is not finite"));
  for (const float w : trainer.parameters().W_dec) REQUIRE(w == w);
}

TEST_CASE("another configuration, a damaged checkpoint and a full disk are refused in a sentence; nothing is lost") {
  const Scratch scratch;
  const std::string path = scratch.path("checkpoint.npz");
  const PlantedDictionary dictionary(3);
  tl::ActivationBuffer buffer(dictionary.reader(), 1000, 1);
  const tl::SaeTraining training{.objective = {.kind = Kind::topk, .k = 3}, .steps = 9, .batch_rows = 300};
  tl::SaeTrainer trainer(config_of(training.objective), training, buffer, 1);
  trainer.step();
  trainer.save(path);

  auto other = training;
  other.objective.k = 4;
  tl::SaeTrainer different(config_of(other.objective), other, buffer, 1);
  CHECK_THROWS_WITH(different.restore(path),
                    Contains("is of another training: it has `k 3.000000` where this one has `k 4.000000`"));

  // A file may grow no further than this: writing fails as it does on a full disk.
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{4096, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  trainer.step();
  CHECK_THROWS_WITH(trainer.save(path), Contains("cannot write '" + path + "'"));
  setrlimit(RLIMIT_FSIZE, &before);
  trainer.restore(path);
  CHECK(trainer.steps_done() == 1);

  std::FILE* file = std::fopen(path.c_str(), "r+b");
  std::fseek(file, 30'000, SEEK_SET);
  std::fputc(0x55, file), std::fputc(0xaa, file);
  std::fclose(file);
  CHECK_THROWS_WITH(trainer.restore(path), Contains("is damaged: its checksum differs"));
  CHECK_THROWS_WITH(trainer.restore(scratch.path("none.npz")), Contains("none.npz"));
}

TEST_CASE("a transcoder learns the target from the rows beside it") {
  // Six numbers, and five that are sums of their positive parts.
  const tl::ActivationReader reader{11,
                                    [](std::span<const std::uint64_t> documents, tl::AlignedVector<float>& rows) {
                                      for (const std::uint64_t document : documents)
                                        for (std::size_t r = 0; r != 64; ++r) {
                                          float x[6];
                                          tl::fill_normal(x, 1, {document, 0}, r, tl::Purpose::test);
                                          rows.insert(rows.end(), x, x + 6);
                                          for (std::size_t c = 0; c != 5; ++c)
                                            rows.push_back(std::max(0.f, x[c]) - 2 * std::max(0.f, x[c + 1]) + 1);
                                        }
                                      return std::vector<std::size_t>(documents.size(), std::size_t{64});
                                    },
                                    5};
  tl::ActivationBuffer buffer(reader, 1024, 1);
  tl::SaeTraining training{
      .objective = {.kind = Kind::standard, .sparsity_coefficient = 0}, .steps = 300, .batch_rows = 128};
  training.learning_rate.peak = .02;
  training.geometric_median = true;
  tl::SaeConfig config{.architecture = tl::SaeArchitecture::transcoder,
                       .d_in = 6,
                       .d_sae = 24,
                       .d_out = 5,
                       .apply_b_dec_to_input = false};
  tl::SaeTrainer trainer(config, training, buffer, 1);
  const double before = trainer.step().losses.explained_variance;
  double after = 0;
  while (!trainer.done()) after = trainer.step().losses.explained_variance;
  CHECK(before < .2);
  CHECK(after > .95);
  // The folder's SAE says the same of a row.
  const auto trained = trainer.result();
  const tl::DynamicSae<float> transcoder(trained.config, trained.weights);
  const float x[]{1, -1, .5f, 2, -2, 1};
  const auto said = transcoder({x, 1, 6});
  CHECK(said(0, 0) == Approx(2).margin(.4));     // 1 - 0 + 1
  CHECK(said(0, 2) == Approx(-2.5).margin(.6));  // .5 - 4 + 1

  config.d_out = 4;
  CHECK_THROWS_WITH(tl::SaeTrainer(config, training, buffer, 1), Contains("targets of a transcoder are 5 wide, and 4"));
  config.d_out = 5;
  config.normalisation = tl::SaeNormalisation::expected_average_only_in;
  CHECK_THROWS_WITH(tl::SaeTrainer(config, training, buffer, 1), Contains("on inputs as they are"));
}

TEST_CASE("what cannot be trained is refused") {
  const PlantedDictionary dictionary(3);
  tl::ActivationBuffer buffer(dictionary.reader(), 1000, 1);
  const tl::SaeTraining training{.objective = {.kind = Kind::topk, .k = 3}};
  auto config = config_of(training.objective);
  config.d_in = config.d_out = 33;
  CHECK_THROWS_WITH(tl::SaeTrainer(config, training, buffer, 1), Contains("32 wide and the SAE's d_in is 33"));
  config = config_of(training.objective);
  config.normalisation = tl::SaeNormalisation::layer_norm;
  CHECK_THROWS_WITH(tl::SaeTrainer(config, training, buffer, 1), Contains("layer_norm is not there"));
}
