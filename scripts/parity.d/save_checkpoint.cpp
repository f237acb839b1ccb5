// save_checkpoint FROM TO F32|F16|BF16 [STEP...]: reads a Hugging Face folder and writes it as tl does, its weights
// processed by the steps.
#include <cstdio>
#include <exception>
#include <string_view>
#include <tl/io/hugging_face.hpp>
#include <tl/model/processed_weights.hpp>

int main(int argc, char** argv) try {
  if (argc < 4) throw tl::Error("usage: save_checkpoint FROM TO F32|F16|BF16 [STEP...]");
  const std::string_view type = argv[3];
  tl::WeightProcessing processing;
  for (int i = 4; i != argc; ++i)
    for (const auto& [name, step] : tl::weight_processing_steps)
      if (name == argv[i]) processing.*step = true;
  tl::io::CheckpointFolder from(argv[1]);
  tl::ProcessedWeights weights(from, from.config(), processing);
  const tl::io::CheckpointConfig config{weights.config(), from.bos_token_id(), from.eos_token_id()};
  using tl::io::Dtype;
  tl::io::save_hugging_face(argv[2], config, weights,
                            type == "F16" ? Dtype::f16 : type == "BF16" ? Dtype::bf16 : Dtype::f32);
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 2;
}
