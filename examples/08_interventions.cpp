// Which head brings the answer: patched from a clean run, ablated, and along one path only.
#include <cstdio>
#include <iostream>
#include <tl/tl.hpp>

int main(int argc, char** argv) try {
  const auto model = tl::load<tl::tinystories_6l>(argc > 1 ? argv[1] : "models/tinystories-6l");
  const tl::Token lily = tl::single_token(model.tokenizer(), " Lily"), tom = tl::single_token(model.tokenizer(), " Tom");
  const tl::PatchTask task{.clean = model.prompt("Lily and Tom went to the park. Tom gave a ball to").ids(),
                           .corrupted = model.prompt("Lily and Tom went to the park. Lily gave a ball to").ids(),
                           .metric = tl::logit_difference(lily, tom)};
  const auto show = [](const char* what, const tl::HeadScores& scores) {
    const tl::ScoredHead best = tl::ranked(scores).front();
    std::printf("%s: %.2f at head %zu of layer %zu\n", what, double{best.score}, best.at.head, best.at.layer);
  };
  std::printf("clean %.2f, corrupted %.2f\n", tl::Sweep(model, task.clean).base(task.metric),
              tl::Sweep(model, task.corrupted).base(task.metric));

  show("one head's output patched", tl::get_act_patch_attn_head_out_all_pos(model, task));
  show("one head's path to the logits patched", tl::path_patch_to_logits(model, task));

  const auto resid = tl::get_act_patch_resid_pre(model, task);
  std::printf("layer 3, by position:");
  for (std::size_t pos = 0; pos != task.clean.size(); ++pos) std::printf(" %.2f", double{resid(std::size_t{3}, pos)});

  const auto ablated = tl::ablation_grid(model, task.clean, task.metric, tl::Point::mlp_out, {}, tl::zero_ablation());
  std::printf("\nMLPs ablated, by layer:");
  for (const double value : ablated) std::printf(" %.2f", value);
  std::printf("\n");
} catch (const tl::Error& error) {
  std::cerr << error.what() << '\n';
  return 2;
}
