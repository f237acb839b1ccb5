// Ablation: what a part of the model is for, seen from what fails without it.
#include <cstdio>
#include <iostream>
#include <tl/tl.hpp>

int main(int argc, char** argv) try {
  const auto model = tl::load<tl::tinystories_6l>(argc > 1 ? argv[1] : "models/tinystories-6l");

  // Fifty arbitrary tokens twice, where only copying helps; and a story.
  std::vector<tl::Token> repeated{0};
  for (int i = 0; i != 100; ++i) repeated.push_back(1 + i % 50 * 77);
  const auto story = model.prompt("Once upon a time, there was a little girl named Lily. She loved to play outside.");

  const auto report = [&](const char* what, auto... policies) {
    std::printf("%-36s%10.3f%10.3f\n", what, model.loss(repeated, policies...), model.loss(story, policies...));
  };
  std::printf("%-36s%10s%10s\n", "loss, nats a token", "repeated", "story");
  report("the model");
  report("without head 5.4", tl::ablate<"blocks.5.attn.hook_z">(tl::heads{4}));
  report("without head 5.0", tl::ablate<"blocks.5.attn.hook_z">(tl::heads{0}));
  report("without the MLP of layer 0", tl::ablate<"blocks.0.hook_mlp_out">());
  report("with layer 2's patterns halved", tl::scale<"blocks.2.attn.hook_pattern">(0.5f));

  // Any callable is a policy; edit may write through the view, observe sees a const one.
  report("without the BOS as a resting place", tl::edit<"blocks.*.attn.hook_pattern">([](auto pattern, tl::Context at) {
           for (std::size_t head = 0; at.position() != 0 && head != pattern.template extent<"head">(); ++head)
             pattern(head, 0) = 0;
         }));
} catch (const tl::Error& error) {
  std::cerr << error.what() << '\n';
  return 2;
}
