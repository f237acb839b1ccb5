#pragma once
// Facts that a small language model may know, each with a foil of the same kind.
#include <tl/interp/contrast.hpp>
#include <vector>

namespace TL_NAMESPACE {

inline std::vector<ContrastText> known_facts() {
  return {{"The Eiffel Tower stands in the city of", " Paris", " Rome"},
          {"The Colosseum stands in the city of", " Rome", " Paris"},
          {"The capital of Japan is", " Tokyo", " London"},
          {"The capital of England is", " London", " Tokyo"},
          {"The people of Brazil speak", " Portuguese", " German"},
          {"The people of Austria speak", " German", " Portuguese"},
          {"The opposite of hot is", " cold", " wet"},
          {"The opposite of dry is", " wet", " cold"}};
}
// For a model of children's stories.
inline std::vector<ContrastText> known_story_facts() {
  return {{"The cat said \"meow\" and the dog said \"w", "oof", "ow"},
          {"At night the sky was", " dark", " green"},
          {"In the morning she woke", " up", " down"},
          {"Birds have wings, so they can", " fly", " swim"},
          {"Fish live in the water, so they can", " swim", " fly"},
          {"It was raining, and her hair got", " wet", " dry"}};
}

}  // namespace TL_NAMESPACE
