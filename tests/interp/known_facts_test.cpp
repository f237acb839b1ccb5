#include <tl/interp/known_facts.hpp>

#include "../catch.hpp"

using namespace tl;

TEST_CASE("facts have answers and foils of one token under the tokenizers they are for") {
  const Tokenizer gpt2 = Tokenizer::load(TL_SOURCE_DIR "/tests/data/tokenizer/gpt2");
  const Tokenizer stories = Tokenizer::load(TL_SOURCE_DIR "/models/tinystories-6l");
  CHECK_NOTHROW(tokenized(known_facts(), gpt2));
  CHECK_NOTHROW(tokenized(known_story_facts(), stories));
}
