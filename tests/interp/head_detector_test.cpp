#include <tl/interp/head_detector.hpp>

#include "../catch.hpp"
#include "stacks.hpp"

using namespace tl;

namespace {
// The three measures by their formulas from patterns in memory.
template <class Pattern>
double expected(Pattern attention, std::size_t head, std::span<const Token> tokens, const AttentionPattern& pattern,
                const DetectorOptions& options) {
  double matched = 0, sum = 0, difference = 0, queries = 0;
  for (std::size_t q = 0; q != tokens.size(); ++q) {
    bool any = false;
    for (std::size_t k = 0; k <= q; ++k) {
      const double a = static_cast<double>(attention(head, q, k)), w = static_cast<double>(pattern(q, k, tokens));
      any = any || w != 0;
      if ((options.exclude_bos && k == 0) || (options.exclude_current_token && k == q)) continue;
      matched += a * w, sum += a, difference += std::abs(a - w);
    }
    queries += any;
  }
  return options.measure == PatternMeasure::mul   ? matched / sum
         : options.measure == PatternMeasure::abs ? 1 - difference / static_cast<double>(tokens.size())
                                                  : matched / queries;
}
}  // namespace

TEST_CASE("scores that accumulate are those of the patterns in memory") {
  const auto model = random_model<odd>(odd, 1, 0.5f);
  auto tokens = some_tokens(12, odd);
  tokens.insert(tokens.end(), tokens.begin() + 2, tokens.begin() + 9);
  const auto run = model.run(tokens, capture<"blocks.*.attn.hook_pattern">());
  const AttentionPattern graded = [](std::size_t q, std::size_t k, std::span<const Token>) {
    return q >= 5 ? 1.f / static_cast<float>(1 + q - k) : 0.f;
  };
  const AttentionPattern patterns[] = {previous_token, duplicate_token, token_after_duplicate, graded};
  for (const AttentionPattern& pattern : patterns)
    for (const PatternMeasure measure : {PatternMeasure::mean, PatternMeasure::mul, PatternMeasure::abs})
      for (const bool exclude : {false, true}) {
        const DetectorOptions options{measure, exclude, exclude};
        const HeadScores scores = detect_heads(model, tokens, pattern, options);
        for (std::size_t head = 0; head != 3; ++head) {
          const double score = static_cast<double>(scores(1, head));
          CHECK(std::abs(score - expected(run["blocks.1.attn.hook_pattern"_hook], head, tokens, pattern, options)) <
                1e-6);
        }
      }
}

TEST_CASE("several detectors watch one run as policies, and a detector watches one prompt") {
  const auto model = random_model<odd>();
  const auto tokens = some_tokens(9, odd);
  HeadDetector before(odd, tokens, previous_token), duplicate(odd, tokens, duplicate_token);
  model.run(tokens, observe<"blocks.*.attn.hook_pattern">(before), observe<"blocks.*.attn.hook_pattern">(duplicate));
  CHECK(same_bits(before.scores(), detect_heads(model, tokens, previous_token)));
  CHECK(duplicate.scores()(0, 0) == 0);  // no token stands twice
  CHECK_THROWS_WITH(
      model.run(some_tokens(10, odd), observe<"blocks.*.attn.hook_pattern">(before)),
      "a head detector of 9 tokens is shown position 0 after 9: it watches one run of the prompt it was made for");
  HeadDetector shorter(odd, std::span(tokens).first(4), previous_token);
  CHECK_THROWS_WITH(
      model.run(tokens, observe<"blocks.*.attn.hook_pattern">(shorter)),
      "a head detector of 4 tokens is shown position 4 after 4: it watches one run of the prompt it was made for");
}

TEST_CASE("a detector sees what policies before it have made of a pattern") {
  const auto model = random_model<odd>();
  const auto scores = detect_heads(model, some_tokens(9, odd), previous_token, {}, {},
                                   edit<"blocks.1.attn.hook_pattern">([](auto pattern, Context at) {
                                     fill(pattern, 0.f);
                                     if (at.position() != 0) pattern(2, at.position() - 1) = 1;
                                   }));
  CHECK((scores(1, 0) == 0 && scores(1, 2) == 1 && scores(0, 0) > 0));
}
