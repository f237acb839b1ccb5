// An SAE trained on the model's own activations, evaluated, and saved as SAELens saves them.
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <tl/tl.hpp>

int main(int argc, char** argv) try {
  const std::string file = argc > 1 ? argv[1] : "tests/apps/stories.txt", hook = "blocks.3.hook_resid_pre";
  const auto model = tl::load<tl::tinystories_6l>("models/tinystories-6l");
  std::ifstream stream(file);
  const std::string text(std::istreambuf_iterator<char>(stream), {});
  const tl::TrainingText stories(model.tokenizer(), text, file, {.context_size = 64});
  tl::ActivationBuffer rows(tl::read_activations(model, stories, hook), 2048, 0);  // mixed; the model stops at the hook

  tl::SaeConfig config{.architecture = tl::SaeArchitecture::topk, .d_in = 256, .d_sae = 512, .d_out = 256};
  config.normalisation = tl::SaeNormalisation::expected_average_only_in;
  config.site = {.model_name = "tinystories-6l", .hook_name = hook};
  const tl::SaeTraining training{
      .objective = {.k = 16}, .steps = 80, .batch_rows = 512, .learning_rate = {.peak = 2e-3}};
  tl::SaeTrainer trainer(config, training, rows, 2);
  while (!trainer.done()) {
    const tl::SaeTrainingStep step = trainer.step();
    if (step.step % 20 == 0)
      std::printf("step %2zu: loss %6.2f, explained variance %.3f\n", step.step, step.losses.loss,
                  step.losses.explained_variance);
  }

  const tl::TrainedSae trained = trainer.result();
  const tl::DynamicSae<float> sae(trained.config, trained.weights);
  const std::vector<std::vector<tl::Token>> some{stories.piece(0), stories.piece(1), stories.piece(2)};
  const tl::SaeEvaluation found = tl::evaluate_sae(model, sae, some);
  std::printf("L0 %.1f; cross-entropy %.2f, spliced %.2f, with zeros %.2f\n", found.activity.l0(), found.cross_entropy,
              found.sae.cross_entropy, found.zero.cross_entropy);
  if (argc > 2) tl::save_sae(argv[2], trained.config, trained.weights, tl::io::Dtype::f32, trained.log_sparsity);
} catch (const tl::Error& error) {
  std::cerr << error.what() << '\n';
  return 2;
}
