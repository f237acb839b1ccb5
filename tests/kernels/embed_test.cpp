#include <tl/kernels/embed.hpp>

#include "every_set.hpp"
#include "packed.hpp"

TEMPLATE_TEST_CASE("embedding reads the rows of W_E back from the panels of its transpose", "", float, tl::bf16,
                   tl::int8) {
  const std::size_t d_model = 37, d_vocab = 101;
  const Packed<TestType> w_u(random_floats(d_model * d_vocab, 26), d_model, d_vocab);
  const std::vector<tl::Token> tokens{100, 0, 31, 32, 0};
  std::vector<float> out(tokens.size() * d_model);
  kernels::embed(w_u.matrix(), tokens.data(), tokens.size(), out.data(), 2);
  for (std::size_t i = 0; i != out.size(); ++i)
    REQUIRE(out[i] == w_u.matrix()(i % d_model, static_cast<std::size_t>(tokens[i / d_model])));
}

TEST_CASE("gather copies rows, many of them with two threads") {
  const std::size_t d = 64, n = 50, rows = 2000;
  const auto table = random_floats(n * d, 27);
  std::vector<std::uint32_t> index(rows);
  for (std::size_t r = 0; r != rows; ++r) index[r] = static_cast<std::uint32_t>(r * 7 % n);
  std::vector<float> out(rows * d);
  REQUIRE(helped([&] { kernels::gather(table.data(), d, index.data(), rows, out.data(), 2); }));
  for (std::size_t r = 0; r != rows; ++r) REQUIRE(same_bits(&out[r * d], &table[index[r] * d], d));
}
