#include <tl/attack/stolen_list.hpp>
#include <tl/watermark/detector.hpp>

#include "../catch.hpp"
#include "attacked.hpp"

namespace {
const tl::BernoulliList quarter{.25};

// What is guessed of texts of 24 tokens, all alike where no watermark is.
template <class Scheme>
tl::StolenList stolen(const Scheme& scheme, std::size_t length) {
  tl::StolenList list(scheme.width());
  list.see_marked(texts::watermarked(scheme, 2, length, 1, 24));
  list.see_plain(texts::random(length, 2, 24));
  return list;
}
}  // namespace

TEST_CASE("lists are read off by counting") {
  const auto check = [](const auto& scheme, std::size_t length) {
    const auto list = stolen(scheme, length);
    std::size_t guessed = 0, right = 0, asked = 0;
    for (tl::Token context = 0; context != 24; ++context)
      for (tl::Token token = 0; token != 24; ++token) {
        const std::span before(&context, scheme.width());
        ++asked;
        const auto green = list.green(before, token);
        guessed += green.has_value();
        right += green == scheme.green(scheme.after(before), token);
      }
    CHECK(guessed > asked * 8 / 10);
    CHECK(right > guessed * 9 / 10);
  };
  check(tl::WatermarkScheme{1, tl::Unigram{}, quarter}, 2000);
  check(tl::WatermarkScheme{1, tl::LeftHash<1>{}, quarter}, 12000);
}

TEST_CASE("a stolen list takes a watermark away, and forges one") {
  const tl::WatermarkScheme scheme{1, tl::Unigram{}, quarter};
  const auto list = stolen(scheme, 2000);
  const auto green_share = [&](const auto& stage) {
    texts::Tokens tokens = texts::random(1, 5, 24);
    const tl::Sampler sample{{.first_stage = stage}};
    while (tokens.size() != 1000) {
      std::vector<float> logits(24, 0);
      tokens.push_back(sample(logits, {.position = tokens.size(), .history = tokens, .prompt_length = 1}, {}));
    }
    const auto green =
        std::ranges::count_if(tokens, [&](tl::Token token) { return scheme.green(scheme.after({}), token); });
    return static_cast<double>(green) / 1000;
  };
  const tl::Watermark marked{scheme, 2};
  const tl::StolenBias inverted{list, 2}, forged{list, -2};
  const double with = green_share(marked);
  const double without = green_share([&](std::span<float> logits, const tl::StepContext& context) {
    marked(logits, context);
    inverted(logits, context);
  });
  CHECK(without < with / 2);
  CHECK(green_share(forged) == Approx(with).margin(.1));
}

TEST_CASE("what was not seen is not guessed") {
  tl::StolenList list(1);
  const tl::Token context = 3;
  CHECK_FALSE(list.green({&context, 1}, 4).has_value());
  list.see_marked(texts::Tokens{3, 4, 3, 4, 3, 4});
  CHECK_FALSE(list.green({&context, 1}, 4).has_value());  // nothing to compare it with
  CHECK_THROWS_WITH(tl::StolenList(2), "lists behind 2 tokens cannot be counted: 0 or 1 can");
}
