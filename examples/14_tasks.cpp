// Tasks with an answer and a foil, and what the model makes of them.
#include <cstdio>
#include <iostream>
#include <tl/tl.hpp>

int main(int argc, char** argv) try {
  const auto model = tl::load<tl::tinystories_6l>(argc > 1 ? argv[1] : "models/tinystories-6l");

  // Indirect objects: each prompt, then the same with the names' roles exchanged. The metric is logit(answer) -
  // logit(foil).
  const auto texts = tl::indirect_object_prompts({.count = 64});
  const auto prompts = tl::tokenized(texts, model.tokenizer());
  std::printf("%s ->%s, not%s\n", texts[0].text.c_str(), texts[0].answer.c_str(), texts[0].foil.c_str());
  std::printf("indirect object: %.2f", tl::mean_logit_difference(model, prompts));
  std::printf(", without head 3.6: %.2f\n",
              tl::mean_logit_difference(model, prompts, {}, tl::ablate<"blocks.3.attn.hook_z">(tl::heads{6})));

  // One prompt, closely: where the answer stands, and what stands above it.
  for (const tl::ContrastText& fact : tl::known_story_facts()) {
    const auto test =
        tl::test_prompt(model, model.prompt(fact.text), tl::single_token(model.tokenizer(), fact.answer), 3);
    std::printf("%s |%s| rank %zu, p %.3f;", fact.text.c_str(), fact.answer.c_str(), test.rank,
                double{test.probability()});
    for (const tl::TokenLogProb& top : test.top) std::printf(" |%s|", model.decode({&top.token, 1}).c_str());
    std::printf("\n");
  }

  // Greater-than needs years that are two tokens of two digits, as GPT-2 has them; of another tokenizer it says why
  // not.
  try {
    const tl::GreaterThan years(model.tokenizer(), {.count = 32});
    std::printf("greater-than: %.3f\n", tl::mean_probability_difference(model, years));
  } catch (const tl::Error& error) {
    std::printf("greater-than: %s\n", error.what());
  }
} catch (const tl::Error& error) {
  std::cerr << error.what() << '\n';
  return 2;
}
