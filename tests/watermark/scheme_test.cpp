#include <tl/watermark/scheme.hpp>

#include "../catch.hpp"

namespace {
// Both schemes have the same colours after every context of four tokens that are 0 to 3.
void require_equal(const auto& a, const auto& b) {
  REQUIRE(a.width() == b.width());
  REQUIRE(a.gamma() == b.gamma());
  for (tl::Token i = 0; i != 256; ++i) {
    const std::vector<tl::Token> all{i & 3, i >> 2 & 3, i >> 4 & 3, i >> 6};
    const auto context = std::span<const tl::Token>(all).last(a.width());
    for (tl::Token candidate = 0; candidate != 8; ++candidate)
      REQUIRE(a.green(a.after(context), candidate) == b.green(b.after(context), candidate));
  }
}
}  // namespace

TEST_CASE("schemes of options are the typed schemes") {
  constexpr std::size_t d_vocab = 40;
  tl::WatermarkOptions options{.width = 2, .gamma = .5};
  require_equal(options.scheme(9, d_vocab), tl::WatermarkScheme{9, tl::LeftHash<2>{}, tl::BernoulliList{.5}});
  options.list = tl::GreenListKind::exact;
  require_equal(options.scheme(9, d_vocab), tl::WatermarkScheme{9, tl::LeftHash<2>{}, tl::ExactList{.5, d_vocab}});
  options.seeding = tl::SeedingKind::unigram;
  require_equal(options.scheme(9, d_vocab), tl::WatermarkScheme{9, tl::Unigram{}, tl::ExactList{.5, d_vocab}});
  options = {.seeding = tl::SeedingKind::self_hash, .width = 4};
  require_equal(options.scheme(9, d_vocab), tl::WatermarkScheme{9, tl::SelfHash<4>{}, tl::BernoulliList{.25}});
  CHECK(!options.scheme(9, d_vocab).entropy_gate());
  options.entropy_threshold = .9;
  CHECK(options.scheme(9, d_vocab).entropy_gate()->threshold() == .9);
}

TEST_CASE("a gate is open above its threshold") {
  const tl::WatermarkScheme gated{1, tl::LeftHash<1>{}, tl::BernoulliList{.25}, tl::EntropyGate{.9}};
  STATIC_REQUIRE(gated.may_be_gated);
  CHECK(gated.entropy_gate()->open(1));
  CHECK(!gated.entropy_gate()->open(.9));
  CHECK_THROWS_WITH(tl::EntropyGate(-1), Catch::Matchers::StartsWith("the entropy threshold is -1"));
  CHECK_THROWS_AS((tl::WatermarkOptions{.width = 9}.scheme(1, 10)), tl::Error);
  CHECK_THROWS_AS((tl::WatermarkOptions{.gamma = 1}.scheme(1, 10)), tl::Error);
}
