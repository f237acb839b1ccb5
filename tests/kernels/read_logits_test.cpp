#include <tl/core/tensor.hpp>
#include <tl/kernels/read_logits.hpp>
#include <tl/kernels/softmax.hpp>

#include "every_set.hpp"

using kernels::TokenLogit;

namespace {

struct Answers {
  std::vector<float> log_sum_exp, target_logit;
  std::vector<TokenLogit> top;
  std::vector<tl::Token> targets;
  std::size_t top_count;

  Answers(std::size_t rows, std::size_t n, std::size_t count)
      : log_sum_exp(rows), target_logit(rows), top(rows * count), targets(rows), top_count(count) {
    for (std::size_t r = 0; r != rows; ++r) targets[r] = static_cast<tl::Token>(r * 7919 % n);
  }
  kernels::LogitQuestions questions() {
    return {log_sum_exp.data(), targets.data(), target_logit.data(), top.data(), top_count};
  }
};

// What the answers must be, from logits [rows, n].
void check(const Answers& answers, const std::vector<float>& logits, std::size_t n) {
  const std::size_t rows = answers.targets.size();
  std::vector<float> log_sums(rows);
  kernels::log_sum_exp(logits.data(), rows, n, log_sums.data(), 1);
  CHECK(same_bits(answers.log_sum_exp, log_sums));
  for (std::size_t r = 0; r != rows; ++r) {
    std::vector<TokenLogit> all;
    for (std::size_t c = 0; c != n; ++c) all.push_back({static_cast<tl::Token>(c), logits[r * n + c]});
    std::sort(all.begin(), all.end());
    CHECK(answers.target_logit[r] == logits[r * n + static_cast<std::size_t>(answers.targets[r])]);
    for (std::size_t i = 0; i != answers.top_count; ++i) {
      CAPTURE(r, i);
      CHECK(answers.top[r * answers.top_count + i].token == all[i].token);
      CHECK(answers.top[r * answers.top_count + i].logit == all[i].logit);
    }
  }
}

}  // namespace

TEMPLATE_TEST_CASE("logits that are read and not kept give the answers of logits in memory", "", float, tl::bf16,
                   tl::int8) {
  const std::size_t k = 37, n = GENERATE(5u, 1024u, 3100u), rows = GENERATE(1u, 200u);
  CAPTURE(n, rows);
  const auto w = random_floats(k * n, 1), x = random_floats(rows * k, 2), bias = random_floats(n, 3);
  tl::Tensor<TestType, tl::Dim<"panels">> panels(kernels::packed_size<TestType>(k, n));
  std::vector<float> scale(n), logits(rows * n);
  kernels::pack(w.data(), n, 1, k, n, panels.data(), std::same_as<TestType, tl::int8> ? scale.data() : nullptr, 1);
  const kernels::PackedMatrix<TestType> matrix{panels.data(), k, n, scale.data()};
  tl::Tensor<float, tl::Dim<"scratch">> scratch(kernels::linear_scratch<TestType>(rows, matrix.depth()) + 1);
  const auto input = kernels::linear_input(x.data(), k, rows, matrix, scratch.data(), 1);
  kernels::linear(input, matrix, bias.data(), {logits.data(), n}, {}, 1);

  for (const int threads : {1, 2, 3}) {
    Answers streamed(rows, n, 5);
    kernels::read_logits(input, matrix, bias.data(), streamed.questions(), threads);
    check(streamed, logits, n);
    Answers kept(rows, n, 5);
    kernels::read_logits(logits.data(), rows, n, kept.questions(), threads);
    check(kept, logits, n);
  }
}

TEST_CASE("equal logits go by id, infinities have their place, NaN none") {
  const std::size_t n = 4000;
  std::vector<float> logits(3 * n, 0.5f);
  const float inf = std::numeric_limits<float>::infinity();
  for (const std::size_t c : {3999u, 2500u, 7u, 1500u}) logits[c] = inf;  // row 0
  std::fill_n(logits.begin() + n, n, -inf);                              // row 1
  logits[n + 3000] = -1;
  logits[2 * n + 4] = std::numeric_limits<float>::quiet_NaN();  // row 2
  logits[2 * n + 3] = 2;
  for (const int threads : {1, 2}) {
    Answers answers(3, n, 3);
    kernels::read_logits(logits.data(), 3, n, answers.questions(), threads);
    const auto token = [&](std::size_t row, std::size_t i) { return answers.top[row * 3 + i].token; };
    CHECK((token(0, 0) == 7 && token(0, 1) == 1500 && token(0, 2) == 2500));
    CHECK((token(1, 0) == 3000 && token(1, 1) == 0 && token(1, 2) == 1));
    CHECK((token(2, 0) == 3 && token(2, 1) == 0 && token(2, 2) == 1));
    CHECK(std::isnan(answers.log_sum_exp[2]));
  }
}

TEST_CASE("what is not asked is not written") {
  const std::vector<float> logits{1, 3, 2};
  float sum = -7;
  kernels::read_logits(logits.data(), 1, 3, {.log_sum_exp = &sum}, 1);
  CHECK(sum == Approx(3.40760596));
  TokenLogit best{-1, 0};
  kernels::read_logits(logits.data(), 1, 3, {.top = &best, .top_count = 1}, 1);
  CHECK(best.token == 1);
  kernels::read_logits(logits.data(), 0, 3, {.log_sum_exp = nullptr}, 1);
}
