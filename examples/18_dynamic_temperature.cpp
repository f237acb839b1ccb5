// A temperature for each token, by how sure the model is, in a pipeline whose order the compiler checks.
#include <cstdio>
#include <tl/tl.hpp>

int main(int argc, char** argv) try {
  const auto model = tl::load<tl::tinystories_6l>(argc > 1 ? argv[1] : "models/tinystories-6l");
  const tl::Tokens tokens = model.prompt("One day, Lily");
  const tl::Prompt prompt{.tokens = tokens};
  const tl::DynamicTemperature temperature{1.0, tl::Edt{1.0}};
  const tl::Pipeline pipeline{tl::RepetitionPenalty{1.1}, temperature, tl::TopP{0.95}, tl::Multinomial{}};

  // Draws as the pipeline does, and says what it saw.
  const auto watched = [&](std::span<float> logits, const tl::StepContext& context, tl::RandomKey key) {
    std::printf("%6.3f nats, temperature %5.3f: ", tl::entropy(logits).nats, temperature.temperature_of(logits));
    const tl::Token token = pipeline(logits, context, key);
    std::printf("`%s`\n", std::string(model.tokenizer().token_bytes(token)).c_str());
    return token;
  };
  tl::generate(model, std::span(&prompt, 1), {.max_new_tokens = 20, .sampling = {.seed = 5}}, watched, tl::OnToken{});
} catch (const tl::Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 2;
}
