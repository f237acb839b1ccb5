// save_checkpoint FROM TO F32|F16|BF16: reads a Hugging Face folder and writes it as tl does.
#include <cstdio>
#include <exception>
#include <string_view>
#include <tl/io/hugging_face.hpp>

int main(int argc, char** argv) try {
  if (argc != 4) throw tl::Error("usage: save_checkpoint FROM TO F32|F16|BF16");
  const std::string_view type = argv[3];
  tl::io::CheckpointFolder from(argv[1]);
  const tl::io::CheckpointConfig config{from.config(), from.bos_token_id(), from.eos_token_id()};
  using tl::io::Dtype;
  tl::io::save_hugging_face(argv[2], config, from, type == "F16" ? Dtype::f16 : type == "BF16" ? Dtype::bf16 : Dtype::f32);
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 2;
}
