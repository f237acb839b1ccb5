// random_checkpoint FOLDER: GPT-2 small's shape with random weights, as Hugging Face keeps it. It runs as the real one.
#include <iostream>
#include <tl/io/hugging_face.hpp>
#include <tl/model/random_source.hpp>

int main(int argc, char** argv) try {
  if (argc != 2) throw tl::Error("usage: random_checkpoint FOLDER");
  tl::io::CheckpointConfig checkpoint;
  checkpoint.config = tl::gpt2_small;
  checkpoint.bos_token_id = checkpoint.eos_token_id = 50256;
  tl::RandomSource weights(1);
  tl::io::save_hugging_face(argv[1], checkpoint, weights);
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 2;
}
