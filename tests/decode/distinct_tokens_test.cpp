#include <map>
#include <tl/core/philox.hpp>
#include <tl/decode/distinct_tokens.hpp>
#include <vector>

#include "../catch.hpp"

TEST_CASE("distinct tokens and their counts, over several windows of the vocabulary") {
  for (const std::size_t d_vocab : {1u, 8192u, 8193u, 50257u})
    for (const std::size_t length : {0u, 1u, 300u}) {
      std::vector<tl::Token> text(length);
      std::map<std::size_t, std::uint32_t> expected, found;
      for (std::size_t i = 0; i != length; ++i) {  // squared, so that low tokens repeat and the last one occurs
        const double u = tl::uniform({d_vocab, length}, 0, tl::Purpose::test, i);
        text[i] =
            static_cast<tl::Token>(i % 50 == 0 ? d_vocab - 1 : static_cast<std::size_t>(u * u * u * double(d_vocab)));
        ++expected[static_cast<std::size_t>(text[i])];
      }
      tl::for_each_distinct(text, d_vocab,
                            [&](std::size_t token, std::uint32_t count) { CHECK(found.emplace(token, count).second); });
      CHECK(found == expected);
    }
}

TEST_CASE("tokens outside the vocabulary are refused") {
  const auto nothing = [](std::size_t, std::uint32_t) {};
  for (const tl::Token bad : {-1, 10, 1 << 30}) {
    const std::vector<tl::Token> text{3, bad};
    CHECK_THROWS_AS(tl::for_each_distinct(text, 10, nothing), tl::Error);
  }
}
