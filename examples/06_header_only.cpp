// Include paths and nothing else: g++ -std=c++20 -O2 -DTL_HEADER_ONLY -I include examples/06_header_only.cpp
#include <iostream>
#include <tl/tl.hpp>
using namespace tl::literals;

int main(int argc, char** argv) try {
  // The network alone: only text needs a library, PCRE2.
  const auto model = tl::load_network<tl::tinystories_6l>(argc > 1 ? argv[1] : "models/tinystories-6l");
  const std::vector<tl::Token> tokens{0, 422, 434, 259, 395};  // <|endoftext|>Once upon a time

  const auto run = model.run(tokens, tl::capture<"blocks.3.attn.hook_pattern">());
  const auto pattern = run["blocks.3.attn.hook_pattern"_hook];
  std::cout << pattern << '\n' << tl::values_to_string(pattern(0)) << '\n';
  std::cout << "loss " << model.loss(tokens) << ", instruction set " << name(tl::kernels::instruction_set()) << '\n';
} catch (const tl::Error& error) {
  std::cerr << error.what() << '\n';
  return 2;
}
