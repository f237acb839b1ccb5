#pragma once
// Toy models whose logits depend on the last token alone, so that the probability of any text is known.
#include <cmath>
#include <span>
#include <tl/core/philox.hpp>
#include <tl/decode/logits.hpp>
#include <vector>

namespace markov {

// Logits [d_vocab, d_vocab]: row t is what follows token t. About one in six has probability 0.
struct Model {
  std::size_t d_vocab;
  std::vector<float> table;

  Model(std::size_t size, std::uint64_t seed) : d_vocab(size), table(size * size) {
    tl::fill_normal(table, 1.2, {seed, 0}, 0, tl::Purpose::test);
    for (std::size_t i = 0; i != table.size(); ++i)
      if (i % (size + 1) != 0 && tl::uniform({seed, 1}, 0, tl::Purpose::test, i) < 1. / 6) table[i] = tl::removed_logit;
  }
  std::span<const float> after(tl::Token token) const {
    return std::span(table).subspan(static_cast<std::size_t>(token) * d_vocab, d_vocab);
  }
  // Of a LevelDraft.
  auto rows_of(const auto& tree, std::span<const std::size_t> nodes) const {
    return [this, &tree, nodes](std::size_t i) { return after(tree.token(nodes[i])); };
  }
};

}  // namespace markov
