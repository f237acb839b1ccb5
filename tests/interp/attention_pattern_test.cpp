#include <tl/interp/attention_pattern.hpp>

#include <vector>
#include "../catch.hpp"

using namespace tl;

TEST_CASE("the patterns of TransformerLens' head_detector") {
  const std::vector<Token> tokens{9, 4, 7, 4, 7};
  const auto keys = [&](auto pattern, std::size_t query) {
    std::vector<std::size_t> found;
    for (std::size_t key = 0; key <= query; ++key)
      if (pattern(query, key, tokens) != 0) found.push_back(key);
    return found;
  };
  using Keys = std::vector<std::size_t>;
  CHECK((keys(previous_token, 0) == Keys{} && keys(previous_token, 3) == Keys{2}));
  CHECK((keys(duplicate_token, 2) == Keys{} && keys(duplicate_token, 4) == Keys{2}));
  CHECK((keys(token_after_duplicate, 3) == Keys{2} && keys(token_after_duplicate, 4) == Keys{3}));
}
