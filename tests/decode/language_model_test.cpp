#include <tl/decode/language_model.hpp>

#include <sstream>
#include <tl/decode/load.hpp>
#include <tl/hooks/ablate.hpp>
#include "../catch.hpp"
#include "../model/small_models.hpp"

using namespace tl;

namespace {
const LanguageModel<tinystories_6l>& model() {
  static const auto loaded = load<tinystories_6l>(TL_SOURCE_DIR "/models/tinystories-6l");
  return loaded;
}
const GenerateOptions greedy{.max_new_tokens = 20, .sampling = {.temperature = 0}};
}  // namespace

TEST_CASE("calls that take text prepend the BOS and parse special tokens; tokens are taken as they are") {
  const Tokens once = model().encode("Once upon a time");
  CHECK(once.ids() == std::vector<Token>{422, 434, 259, 395});
  CHECK(model().prompt("Once upon a time").ids() == std::vector<Token>{0, 422, 434, 259, 395});
  CHECK(model().prompt("").ids() == std::vector<Token>{0});
  CHECK(model().prompt("<|endoftext|>Once").ids() == std::vector<Token>{0, 422});
  CHECK(same_bits(model()("Once upon a time"), model()(once.with_bos())));
  CHECK(model().loss("Once upon a time") == Approx(0.11482412368059158).margin(1e-4));
  auto ablated = ablate<"blocks.5.attn.hook_z">(heads{4});
  CHECK(same_bits(model()("Once upon a time", ablated), model()(once.with_bos(), ablated)));
  CHECK(model().loss("Once upon a time", ablated) == model().loss(once.with_bos(), ablated));
  CHECK(model().loss("Once upon a time", ablated) != model().loss("Once upon a time"));
}

TEST_CASE("text is streamed as it becomes certain, and is the text of the tokens") {
  std::string streamed;
  const auto generated =
      model().generate(model().prompt("Once upon a time"), greedy, [&](std::string_view piece) { streamed += piece; });
  CHECK(generated.text == ", there was a little girl named Lily. She loved to play with her toys and make things.");
  CHECK(streamed == generated.text);
  CHECK(model().decode(generated.tokens) == generated.text);
  std::ostringstream out;
  out << generated;
  CHECK(out.str() == generated.text);
}

TEST_CASE("a stop string ends the text before it, across tokens, and nothing of it is streamed") {
  GenerateOptions options = greedy;
  options.stop_strings = {"named Li"};
  std::string streamed;
  const auto generated =
      model().generate(model().prompt("Once upon a time"), options, [&](std::string_view piece) { streamed += piece; });
  CHECK(generated.text == ", there was a little girl ");
  CHECK(streamed == generated.text);
  CHECK(generated.stop == StopReason::callback);
}

TEST_CASE("the tokenizer's EOS ends a text") {
  const auto generated =
      model().generate("Once upon a time", {.max_new_tokens = 400, .sampling = {.temperature = 0.7, .seed = 3}});
  CHECK(generated.stop == StopReason::stop_token);
  CHECK(generated.tokens.back() == 0);
  CHECK(generated.text.find("endoftext") == std::string::npos);
}

TEST_CASE("a direction between two texts steers") {
  const auto v = difference<"blocks.3.hook_resid_post">(model(), "I love", "I hate");
  const auto steered = model().generate("Once upon a time", greedy, steer(v, 4.f).where(not_first));
  CHECK(steered.text != model().generate("Once upon a time", greedy).text);
  CHECK(model().generate("Once upon a time", greedy, steer(v, 0.f)).text ==
        model().generate("Once upon a time", greedy).text);
}

TEST_CASE("a tokenizer of more tokens than the model is refused") {
  static constexpr Config tiny{
      .n_layer = 1, .n_head = 1, .d_model = 8, .d_head = 8, .d_mlp = 8, .n_ctx = 8, .d_vocab = 31};
  CHECK_THROWS_WITH(LanguageModel<tiny>(random_model<tiny>(), model().tokenizer()),
                    "the tokenizer has 4096 tokens and the model 31");
}
