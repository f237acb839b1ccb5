#include <tl/interp/indirect_object.hpp>

#include <set>
#include "../catch.hpp"

using namespace tl;

namespace {
IndirectObjectOptions plain(NameOrder order, bool symmetric) {
  return {.count = 2,
          .order = order,
          .symmetric = symmetric,
          .templates = {"{A} and {B} were in the {place}. {B} gave the {object} to"},
          .names = {"Tom", "Mary"},
          .places = {"park"},
          .objects = {"ball"}};
}
}  // namespace

TEST_CASE("ABBA and BABA") {
  for (const ContrastText& prompt : indirect_object_prompts(plain(NameOrder::abba, false)))
    CHECK(prompt.text ==
          prompt.answer.substr(1) + " and" + prompt.foil + " were in the park." + prompt.foil + " gave the ball to");
  for (const ContrastText& prompt : indirect_object_prompts(plain(NameOrder::baba, false)))
    CHECK(prompt.text ==
          prompt.foil.substr(1) + " and" + prompt.answer + " were in the park." + prompt.foil + " gave the ball to");
}

TEST_CASE("the symmetric counterpart differs in the subject alone") {
  for (const NameOrder order : {NameOrder::abba, NameOrder::baba, NameOrder::both}) {
    const auto prompts = indirect_object_prompts(plain(order, true));
    REQUIRE(prompts.size() == 2);
    CHECK((prompts[0].answer == prompts[1].foil && prompts[0].foil == prompts[1].answer));
    const auto clause = prompts[0].text.find('.');
    CHECK(prompts[0].text.substr(0, clause) == prompts[1].text.substr(0, clause));
    CHECK(prompts[0].text != prompts[1].text);
  }
}

TEST_CASE("prompts of our own templates: the answer is the name that comes once") {
  const auto prompts = indirect_object_prompts({.count = 31});
  REQUIRE(prompts.size() == 31);
  std::set<std::string> texts, answers;
  for (const ContrastText& prompt : prompts) {
    const auto times = [&](const std::string& name) {
      std::size_t count = 0;
      for (auto at = prompt.text.find(name); at != std::string::npos; at = prompt.text.find(name, at + 1)) ++count;
      return count;
    };
    INFO(prompt.text);
    CHECK((times(prompt.answer.substr(1)) == 1 && times(prompt.foil.substr(1)) == 2));
    CHECK(prompt.text.find('{') == std::string::npos);
    texts.insert(prompt.text), answers.insert(prompt.answer);
  }
  CHECK((texts.size() > 20 && answers.size() > 4));
  CHECK(prompts[5].text == indirect_object_prompts({.count = 31})[5].text);
  CHECK(prompts[5].text != indirect_object_prompts({.count = 31, .random = {1}})[5].text);
}

TEST_CASE("our own names are single tokens of GPT-2's tokenizer and the default model's") {
  for (const char* folder : {"/tests/data/tokenizer/gpt2", "/models/tinystories-6l"}) {
    const Tokenizer tokenizer = Tokenizer::load(std::string(TL_SOURCE_DIR) + folder);
    CHECK(tokenized(indirect_object_prompts({.count = 64}), tokenizer).size() == 64);
  }
}

TEST_CASE("templates that are not of this task are refused") {
  auto options = plain(NameOrder::abba, false);
  options.templates = {"{A} and {B} went to"};
  CHECK_THROWS_WITH(indirect_object_prompts(options),
                    "the template `{A} and {B} went to` has to have {A} once, the answer, and {B} twice");
  options.templates = {"He went to"};
  CHECK_THROWS_AS(indirect_object_prompts(options), Error);
  options = plain(NameOrder::abba, false);
  options.names = {"Tom"};
  CHECK_THROWS_WITH(indirect_object_prompts(options), "indirect object prompts need two names, and 1 were given");
}
