#include <tl/interp/logit_lens.hpp>

#include <tl/hooks/ablate.hpp>
#include "../catch.hpp"
#include "stacks.hpp"

using namespace tl;

namespace {
bool same(const TokenLogProb& a, const TokenLogProb& b) { return a.token == b.token && a.log_prob == b.log_prob; }
}  // namespace

TEMPLATE_TEST_CASE("the last row is the model's own output, to the bit, with and without logits in memory", "", float,
                   bf16, int8) {
  const auto model = random_model<odd, TestType>();
  const auto tokens = some_tokens(40, odd);  // more positions than are unembedded at once
  const auto own = model.likeliest(tokens, odd.d_vocab);
  const auto log_probs = model.log_probs(tokens);
  for (const bool kl : {true, false}) {
    const LogitLens lens = logit_lens(model, tokens, {.top_count = odd.d_vocab, .kl = kl});
    REQUIRE(lens.rows() == 4);
    CHECK((lens.labels[0] == "0_pre" && lens.labels[3] == "final_post"));
    std::size_t wrong = 0;
    for (std::size_t pos = 0; pos != 40; ++pos) {
      for (std::size_t rank = 0; rank != odd.d_vocab; ++rank) wrong += !same(lens.top(3, pos, rank), own(pos, rank));
      if (pos + 1 != 40) CHECK(lens.cross_entropy(3, pos) == -log_probs(pos));
      if (kl) CHECK(lens.kl(3, pos) == 0);
    }
    CHECK(wrong == 0);
    CHECK(std::isnan(lens.cross_entropy(3, 39)));
    CHECK((lens.kl.size() == (kl ? 160 : 0)));
  }
}

TEST_CASE("a row is what the model would say without the blocks after it") {
  const auto model = random_model<odd>();
  const auto tokens = some_tokens(9, odd);
  const LogitLens lens = logit_lens(model, tokens, {.top_count = 3});
  // The model of which blocks 1 and 2 add nothing.
  const auto shorter = model(tokens, ablate<"blocks.1.hook_attn_out">(), ablate<"blocks.1.hook_mlp_out">(),
                             ablate<"blocks.2.hook_attn_out">(), ablate<"blocks.2.hook_mlp_out">());
  const auto whole = model(tokens);
  const auto log_softmax = [](auto row) {
    std::vector<double> out(row.values().begin(), row.values().end());
    double sum = 0;
    for (double x : out) sum += std::exp(x);
    for (double& x : out) x -= std::log(sum);
    return out;
  };
  for (std::size_t pos = 0; pos != 9; ++pos) {
    const auto p = log_softmax(whole(pos)), q = log_softmax(shorter(pos));
    double kl = 0;
    for (std::size_t v = 0; v != p.size(); ++v) kl += std::exp(p[v]) * (p[v] - q[v]);
    CHECK(std::abs(static_cast<double>(lens.kl(1, pos)) - kl) < 1e-5);
    CHECK(kl > 0.01);
    if (pos != 8)
      CHECK(std::abs(static_cast<double>(lens.cross_entropy(1, pos)) + q[static_cast<std::size_t>(tokens[pos + 1])]) <
            1e-5);
    const auto best = std::max_element(q.begin(), q.end());
    CHECK(lens.top(1, pos, 0).token == best - q.begin());
    CHECK(std::abs(static_cast<double>(lens.top(1, pos, 0).log_prob) - *best) < 1e-5);
  }
}

TEST_CASE("agreement, and the first row from which on the final token stays") {
  LogitLens lens{{"0_pre", "1_pre", "final_post"},
                 {0, 1},
                 LogitLens::Top(3, 2, 1),
                 LogitLens::Values(0, 2),
                 LogitLens::Values(3, 2)};
  const Token likeliest[3][2] = {{7, 4}, {5, 4}, {7, 4}};
  for (std::size_t row = 0; row != 3; ++row)
    for (std::size_t pos = 0; pos != 2; ++pos) lens.top(row, pos, 0) = {likeliest[row][pos], -1.f};
  CHECK(lens.agreement(0) == 1);
  CHECK(lens.agreement(1) == 0.5);
  CHECK(lens.first_layer(0) == 2);  // it agreed before, and did not stay
  CHECK(lens.first_layer(1) == 0);
}

TEST_CASE("some positions only, and a run under policies") {
  const auto model = random_model<odd>();
  const auto tokens = some_tokens(9, odd);
  const LogitLens every = logit_lens(model, tokens, {.top_count = 2}),
                  some = logit_lens(model, tokens, {.top_count = 2, .where = at{3, -1}});
  CHECK(some.positions == std::vector<std::size_t>{3, 8});
  for (std::size_t row = 0; row != 4; ++row) {
    CHECK(same(some.top(row, 0, 1), every.top(row, 3, 1)));
    CHECK(some.kl(row, 1) == every.kl(row, 8));
    CHECK(some.cross_entropy(row, 0) == every.cross_entropy(row, 3));
    CHECK(std::isnan(some.cross_entropy(row, 1)));
  }
  const LogitLens hooked = logit_lens(model, tokens, {}, {}, ablate<"blocks.1.hook_mlp_out">());
  CHECK(hooked.kl(1, 5) != every.kl(1, 5));
  CHECK(same(hooked.top(3, 5, 0), model.likeliest(tokens, 1, ablate<"blocks.1.hook_mlp_out">())(5, 0)));
}

TEST_CASE("a lens of no tokens, or of more than there are, is refused") {
  const auto model = random_model<odd>();
  const auto tokens = some_tokens(3, odd);
  CHECK_THROWS_WITH(logit_lens(model, tokens, {.top_count = 0}),
                    "a lens cannot keep the 0 likeliest tokens: the vocabulary has 207");
  CHECK_THROWS_WITH(logit_lens(model, tokens, {.top_count = 208}),
                    "a lens cannot keep the 208 likeliest tokens: the vocabulary has 207");
  CHECK_THROWS_AS(logit_lens(model, {}), Error);
}
