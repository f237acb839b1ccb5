// Captures: any activation of any layer, by name. Here: which heads look for what followed the last time.
#include <iostream>
#include <tl/tl.hpp>
using namespace tl::literals;

int main(int argc, char** argv) try {
  const auto model = tl::load<tl::tinystories_6l>(argc > 1 ? argv[1] : "models/tinystories-6l");

  // The BOS, then fifty arbitrary tokens twice.
  std::vector<tl::Token> tokens{0};
  for (int i = 0; i != 100; ++i) tokens.push_back(1 + i % 50 * 77);

  const auto run =
      model.run(tokens, tl::capture<"blocks.*.attn.hook_pattern">(), tl::capture<"blocks.5.hook_resid_post">());

  const auto resid = run["blocks.5.hook_resid_post"_hook];  // TensorView<const float, pos, d_model>
  std::cout << resid << '\n' << tl::values_to_string(resid) << "\n\n";

  // An induction head looks from a token to the one that followed it the first time, 49 positions back.
  run.for_each([&]<class View>(const std::string& name, View values) {
    if constexpr (View::rank == 3) {  // [head, pos, key_pos]
      for (std::size_t head = 0; head != values.template extent<"head">(); ++head) {
        float score = 0;
        for (std::size_t pos = 51; pos != tokens.size(); ++pos) score += values(head, pos, pos - 49) / 50;
        if (score > 0.3f) std::cout << name << ", head " << head << ": " << score << '\n';
      }
    }
  });
} catch (const tl::Error& error) {
  std::cerr << error.what() << '\n';
  return 2;
}
