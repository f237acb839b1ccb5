#include <cmath>
#include <set>
#include <tl/watermark/green_list.hpp>

#include "../catch.hpp"

namespace {
std::size_t size(const auto& list, std::uint64_t key, std::uint64_t seed, tl::Token d_vocab) {
  std::size_t count = 0;
  for (tl::Token token = 0; token != d_vocab; ++token) count += list.contains(key, seed, token);
  return count;
}
}  // namespace

TEST_CASE("a Bernoulli list has about its share of the vocabulary") {
  for (const double gamma : {.1, .25, .5, .9})
    for (std::uint64_t seed = 0; seed != 4; ++seed) {
      constexpr tl::Token d_vocab = 4096;
      const double deviation = std::sqrt(gamma * (1 - gamma) * d_vocab);
      CHECK(std::abs(static_cast<double>(size(tl::BernoulliList(gamma), 1, seed, d_vocab)) - gamma * d_vocab) <
            4 * deviation);
    }
}

TEST_CASE("an exact list has exactly its share, of any vocabulary, and another for each seed and key") {
  for (const tl::Token d_vocab : {2, 3, 7, 64, 65, 1000, 1025}) {
    const tl::ExactList list(.5, static_cast<std::size_t>(d_vocab));
    CHECK(list.size() == static_cast<std::size_t>(std::llround(.5 * d_vocab)));
    std::set<std::uint32_t> places;
    for (tl::Token token = 0; token != d_vocab; ++token) places.insert(list.place(5, 6, token));
    CHECK(places.size() == static_cast<std::size_t>(d_vocab));
    CHECK(*places.rbegin() == static_cast<std::uint32_t>(d_vocab - 1));
    CHECK(size(list, 5, 6, d_vocab) == list.size());
  }
  const tl::ExactList list(.25, 1000);
  std::size_t both = 0;
  for (tl::Token token = 0; token != 1000; ++token) both += list.contains(1, 1, token) && list.contains(1, 2, token);
  CHECK(both > 62 - 28);  // of independent lists 62.5, deviation 6 (hypergeometric)
  CHECK(both < 62 + 28);
  CHECK(!list.contains(1, 1, 1000));
}

TEST_CASE("gamma is between 0 and 1, and a list has some tokens and not all") {
  for (const double gamma : {0., 1., -.5, 1.5, std::nan("")})
    CHECK_THROWS_WITH(tl::BernoulliList(gamma), Catch::Matchers::StartsWith("gamma is "));
  CHECK_THROWS_AS(tl::ExactList(0, 100), tl::Error);
  CHECK_THROWS_WITH(tl::ExactList(.001, 100), Catch::Matchers::EndsWith("a green list would have none"));
  CHECK_THROWS_WITH(tl::ExactList(.999, 100), Catch::Matchers::EndsWith("a green list would have every one"));
}

TEST_CASE("a dynamic list is the list that it was made of") {
  const tl::BernoulliList bernoulli(.3);
  const tl::ExactList exact(.3, 100);
  for (tl::Token token = 0; token != 100; ++token) {
    CHECK(tl::DynamicList(bernoulli).contains(1, 2, token) == bernoulli.contains(1, 2, token));
    CHECK(tl::DynamicList(exact).contains(1, 2, token) == exact.contains(1, 2, token));
  }
  CHECK(tl::DynamicList(exact).gamma() == exact.gamma());
}
