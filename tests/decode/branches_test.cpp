#include <tl/decode/branches.hpp>

#include <tl/decode/load.hpp>
#include <tl/hooks/ablate.hpp>
#include "../catch.hpp"

using namespace tl;

namespace {
const LanguageModel<tinystories_6l>& model() {
  static const auto loaded = load<tinystories_6l>(TL_SOURCE_DIR "/models/tinystories-6l");
  return loaded;
}
const GenerateOptions options{.max_new_tokens = 10, .sampling = {.temperature = 0.8, .seed = 3}};
const std::string beginning =
    "Once upon a time, there was a little girl named Lily. One day she went to the park and saw";
}  // namespace

TEST_CASE("branches are each what they are alone: text, stream, length and stops of their own") {
  std::vector<Branch> branches{{" a dog", 1}, {" a cat", 2, 4}, {"", 1}, {"", 7}, {" a dog", 1, {}, {}, {"."}}};
  const auto together = generate_branches(model(), beginning, branches, options);
  const std::size_t past = model().prompt(beginning).size();
  CHECK(together.shared_positions == past - 1);
  CHECK(together.prefill_rows == past - 1 + 3 + 3 + 1 + 1 + 3);
  CHECK(together.forward_passes == 1 + 10);
  for (std::size_t i = 0; i != branches.size(); ++i) {
    const auto alone = generate_branches(model(), beginning, std::span(&branches[i], 1), options);
    CHECK(alone.texts[0].tokens == together.texts[i].tokens);
    CHECK(alone.texts[0].text == together.texts[i].text);
    CHECK(alone.texts[0].stop == together.texts[i].stop);
  }
  CHECK(together.texts[0].prompt == model().encode(" a dog").ids());
  CHECK(together.texts[1].tokens.size() == 4);
  CHECK(together.texts[2].tokens != together.texts[3].tokens);
  CHECK(together.texts[0].text.starts_with(together.texts[4].text));
  CHECK(together.texts[4].text.find('.') == std::string::npos);
}

TEST_CASE("positions overlap: together branches may be longer than the context") {
  std::vector<Branch> branches;
  for (std::size_t i = 0; i != 12; ++i) branches.push_back({" a dog", i});
  const GenerateOptions long_ones{.max_new_tokens = 60, .sampling = {.temperature = 1}};
  const auto written = generate_branches(model(), beginning, branches, long_ones);
  std::size_t tokens = 0;
  for (const BranchText& text : written.texts) {
    CHECK((text.stop == StopReason::max_new_tokens || text.stop == StopReason::stop_token));
    tokens += text.tokens.size();
  }
  CHECK(tokens > model().config().n_ctx);
  std::string far;
  for (int i = 0; i != 300; ++i) far += " and a cat";
  const std::vector<Branch> two{{" a dog"}, {far}};
  CHECK_THROWS_WITH(generate_branches(model(), beginning, two, options),
                    Catch::Contains("branch 1 does not fit the context: it begins with"));
}
