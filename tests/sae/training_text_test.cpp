#include <set>
#include <string>
#include <tl/core/error.hpp>
#include <tl/sae/training_text.hpp>

#include "../catch.hpp"
#include "../model/small_models.hpp"
#include "../text/small_vocabulary.hpp"

namespace {

using Catch::Matchers::Contains;

inline constexpr tl::Config bytes{
    .n_layer = 2, .n_head = 2, .d_model = 8, .d_head = 4, .d_mlp = 12, .n_ctx = 16, .d_vocab = 256};

const tl::Tokenizer& by_bytes() {
  static const auto tokenizer =
      tl::Tokenizer::from_tokenizer_json(small_tokenizer_json({}, nlohmann::json::array()).dump());
  return tokenizer;
}
const tl::Tokenizer& stories() {
  static const auto tokenizer = tl::Tokenizer::load(TL_SOURCE_DIR "/models/tinystories-6l");
  return tokenizer;
}
std::string text_of(const std::vector<tl::Token>& tokens) { return by_bytes().decode(tokens); }

}  // namespace

TEST_CASE("a text is documents in pieces, each time in another order") {
  const tl::TrainingText text(by_bytes(), "abcdefgh\n<|endoftext|>\nij<|endoftext|> \n<|endoftext|>k", "a file",
                              {.context_size = 3, .prepend_bos = false});
  CHECK(text.pieces() == 4);  // abc def gh ij; k alone has nothing but its first position
  std::multiset<std::string> first, second;
  std::string order, again;
  for (std::uint64_t i = 0; i != 4; ++i) {
    first.insert(text_of(text.piece(i))), order += text_of(text.piece(i));
    second.insert(text_of(text.piece(i + 4))), again += text_of(text.piece(i + 4));
  }
  CHECK(first == std::multiset<std::string>{"abc", "def", "gh", "ij"});
  CHECK(second == first);
  CHECK(order != again);
}

TEST_CASE("each piece begins with a BOS where one is wanted") {
  const tl::TrainingText text(stories(), "Once upon a time there was a cat.<|endoftext|>The end.", "a file",
                              {.context_size = 5});
  CHECK(text.pieces() > 2);
  for (std::uint64_t i = 0; i != text.pieces(); ++i) {
    CHECK(text.piece(i).front() == *stories().bos());
    CHECK(text.piece(i).size() <= 5);
  }
}

TEST_CASE("activations are those of the model's runs, without the first position") {
  const auto model = random_model<bytes>();
  const tl::TrainingText text(by_bytes(), "abcdefgh<|endoftext|>ijklm", "a file",
                              {.context_size = 8, .prepend_bos = false});
  for (const std::string point : {"blocks.1.hook_resid_pre", "blocks.0.mlp.hook_post", "blocks.1.attn.hook_z"}) {
    const auto reader = tl::read_activations(model, text, point, {1});
    tl::AlignedVector<float> rows;
    const std::vector<std::uint64_t> documents{0, 1};
    const auto counts = reader.read(documents, rows);
    REQUIRE(counts == std::vector<std::size_t>{text.piece(0).size() - 1, text.piece(1).size() - 1});
    REQUIRE(rows.size() == (counts[0] + counts[1]) * reader.d);
    const float* from = rows.data();
    for (std::size_t i = 0; i != 2; ++i) {
      tl::DynamicHooks hooks;
      hooks.capture(point);
      model.run(text.piece(i), {1}, hooks);
      const auto values = hooks.take()[0].array.values;
      CHECK(std::equal(values.begin() + static_cast<std::ptrdiff_t>(reader.d), values.end(), from));
      from += counts[i] * reader.d;
    }
  }
  CHECK(tl::read_activations(model, text, "blocks.0.mlp.hook_post").d == 12);
}

TEST_CASE("a transcoder's rows are both points', one after the other") {
  const auto model = random_model<bytes>();
  const tl::TrainingText text(by_bytes(), "abcdefgh<|endoftext|>ijklm", "a file",
                              {.context_size = 8, .prepend_bos = false});
  const auto both = tl::read_activations(model, text, "blocks.1.ln2.hook_out", {1}, "blocks.1.mlp.hook_post");
  CHECK(both.d == 20);
  CHECK(both.d_target == 12);
  const std::uint64_t documents[]{0, 1};
  tl::AlignedVector<float> rows, in, out;
  const auto counts = both.read(documents, rows);
  CHECK(tl::read_activations(model, text, "blocks.1.ln2.hook_out", {1}).read(documents, in) == counts);
  tl::read_activations(model, text, "blocks.1.mlp.hook_post", {1}).read(documents, out);
  for (std::size_t row = 0; row != counts[0] + counts[1]; ++row) {
    CHECK(std::equal(in.data() + row * 8, in.data() + (row + 1) * 8, rows.data() + row * 20));
    CHECK(std::equal(out.data() + row * 12, out.data() + (row + 1) * 12, rows.data() + row * 20 + 8));
  }
}

TEST_CASE("texts and places that cannot be trained on are refused in a sentence") {
  CHECK_THROWS_WITH(tl::TrainingText(stories(), "", "t.txt", {}), Contains("'t.txt' has no text"));
  CHECK_THROWS_WITH(tl::TrainingText(stories(), " \n<|endoftext|>", "t.txt", {}), Contains("no text"));
  CHECK_THROWS_WITH(tl::TrainingText(stories(), "Once upon a time", "t.txt", {}),
                    Contains("less than one context of 128"));
  CHECK_THROWS_WITH(tl::TrainingText(by_bytes(), "abc", "t.txt", {}), Contains("no BOS"));
  CHECK_THROWS_WITH(tl::TrainingText(by_bytes(), "abc", "t.txt", {.context_size = 1, .prepend_bos = false}),
                    Contains("leaves none"));
  const auto model = random_model<bytes>();
  const tl::TrainingText text(by_bytes(), "abcdefgh", "t.txt", {.context_size = 8, .prepend_bos = false});
  CHECK_THROWS_WITH(tl::read_activations(model, text, "blocks.0.attn.hook_pattern"), Contains("has no row"));
  CHECK_THROWS_WITH(tl::read_activations(model, text, "blocks.0.hook_resid_pr"), Contains("hook_resid_pre"));
  const tl::TrainingText long_text(by_bytes(), std::string(40, 'a'), "t.txt",
                                   {.context_size = 20, .prepend_bos = false});
  CHECK_THROWS_WITH(tl::read_activations(model, long_text, "blocks.0.hook_resid_pre"), Contains("does not fit"));
}
