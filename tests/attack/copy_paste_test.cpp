#include <algorithm>
#include <tl/attack/copy_paste.hpp>

#include "../catch.hpp"
#include "attacked.hpp"

namespace {
// A text of negative ids, so that it is seen which tokens are its.
texts::Tokens counted(std::size_t n, int sign) {
  texts::Tokens tokens;
  for (std::size_t i = 0; i != n; ++i) tokens.push_back(sign * static_cast<tl::Token>(i + 1));
  return tokens;
}
}  // namespace

TEST_CASE("pieces of the text, in order, each in one part, between pieces of the other, in order") {
  const auto text = counted(97, -1), other = counted(80, 1);
  for (std::uint64_t seed = 0; seed != 200; ++seed) {
    const double share = .25 + static_cast<double>(seed % 4) / 4;
    const std::size_t pieces = 1 + seed % 5;
    const auto pasted = tl::CopyPaste{other, pieces, share}({{}, text}, {seed, 0});
    REQUIRE(pasted.size() == text.size());
    const auto ours = std::ranges::count_if(pasted, [](tl::Token token) { return token < 0; });
    CHECK(ours == std::llround(share * 97));
    tl::Token last_ours = 0, last_other = 0;
    std::size_t jumps = 0;
    for (const tl::Token token : pasted) {
      if (token < 0) {
        CHECK(token < last_ours);
        jumps += token != last_ours - 1;
        last_ours = token;
      } else {
        CHECK((last_other == 0 || token == last_other + 1));
        last_other = token;
      }
    }
    CHECK(jumps <= pieces);
  }
}

TEST_CASE("what is pasted keeps its watermark") {
  const tl::WatermarkScheme scheme{1, tl::LeftHash<1>{}, tl::BernoulliList{.25}};
  const auto z = attacked::mean_z(scheme, tl::CopyPaste{texts::random(400, 9, 256), 3, .4});
  CHECK(z.after == Approx(.4 * z.before).margin(.8));
}

TEST_CASE("texts that are too short are refused") {
  const auto text = texts::random(10, 1);
  CHECK_THROWS_WITH((tl::CopyPaste{texts::random(4, 1), 2, .5}({{}, text}, {})),
                    "the text to paste into has 4 tokens, and 5 are needed");
  CHECK_THROWS_WITH((tl::CopyPaste{texts::random(40, 1), 11, .5}({{}, text}, {})),
                    "a text of 10 tokens cannot be cut into 11 pieces");
  CHECK_THROWS_WITH((tl::CopyPaste{{}, 0, .5}), Catch::Matchers::StartsWith("a text cannot be pasted in 0 pieces"));
  CHECK_THROWS_WITH((tl::CopyPaste{{}, 1, 1.5}), Catch::Matchers::StartsWith("the share of tokens to paste is 1.5"));
}
