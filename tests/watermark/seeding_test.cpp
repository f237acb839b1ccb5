#include <array>
#include <set>
#include <tl/watermark/seeding.hpp>

#include "../catch.hpp"

namespace {
std::uint64_t seed(tl::SeedingKind kind, std::uint64_t key, std::vector<tl::Token> context, tl::Token candidate) {
  return tl::DynamicSeeding(kind, context.size()).after(key, context)(candidate);
}
using enum tl::SeedingKind;
}  // namespace

TEST_CASE("a left hash depends on every token and on their order, not on the candidate") {
  const auto s = seed(left_hash, 3, {5, 6, 7}, 1);
  CHECK(s == seed(left_hash, 3, {5, 6, 7}, 2));
  CHECK(s != seed(left_hash, 3, {5, 6, 8}, 1));
  CHECK(s != seed(left_hash, 3, {4, 6, 7}, 1));
  CHECK(s != seed(left_hash, 3, {6, 5, 7}, 1));
  CHECK(s != seed(left_hash, 4, {5, 6, 7}, 1));
}

TEST_CASE("a min hash is that of one of the tokens, wherever it stands") {
  const auto of = [](std::vector<tl::Token> context) { return seed(min_hash, 3, std::move(context), 1); };
  CHECK(of({5, 6, 7}) == std::min({of({5}), of({6}), of({7})}));
  CHECK(of({5, 6, 7}) == of({7, 5, 6}));
}

TEST_CASE("a self hash is the least product with the candidate's number, its own included") {
  const std::uint64_t key = 3;
  const auto number = [](tl::Token token) { return tl::watermark_bits(key, 0, tl::WatermarkUse::token, token); };
  std::set<std::uint64_t> seeds;
  for (tl::Token candidate = 0; candidate != 50; ++candidate) {
    const std::uint64_t odd = number(candidate) | 1;
    const auto s = seed(self_hash, key, {5, 6}, candidate);
    CHECK(s == std::min({number(5) * odd, number(6) * odd, number(candidate) * odd}));
    seeds.insert(s);
  }
  CHECK(seeds.size() == 50);
}

// KGW's seed is key times token id: token 0 gives every key the list of seed 0.
TEST_CASE("the lists after token 0 depend on the key") {
  for (const auto kind : {left_hash, min_hash, self_hash})
    for (std::size_t width = 1; width <= tl::max_watermark_width; ++width) {
      const std::vector<tl::Token> zeros(width, 0);
      CHECK(seed(kind, 1, zeros, 0) != seed(kind, 2, zeros, 0));
      CHECK(seed(kind, 1, zeros, 0) != 0);
    }
}

TEST_CASE("typed and dynamic seedings are the same; widths are 1 to 4") {
  const std::vector<tl::Token> context{9, 0, 4, 4};
  const auto same = [&](auto typed, tl::SeedingKind kind) {
    const auto last = std::span(context).last(typed.width());
    const tl::DynamicSeeding dynamic(kind, typed.width());
    CHECK(dynamic.width() == typed.width());
    for (tl::Token candidate = 0; candidate != 5; ++candidate)
      CHECK(typed.after(8, last)(candidate) == dynamic.after(8, last)(candidate));
  };
  same(tl::LeftHash<4>{}, left_hash);
  same(tl::MinHash<3>{}, min_hash);
  same(tl::SelfHash<2>{}, self_hash);
  same(tl::Unigram{}, unigram);
  CHECK_THROWS_WITH(tl::DynamicSeeding(left_hash, 0),
                    Catch::Matchers::StartsWith("the width of a watermark's context is 0"));
  CHECK_THROWS_AS(tl::DynamicSeeding(self_hash, 5), tl::Error);
}
