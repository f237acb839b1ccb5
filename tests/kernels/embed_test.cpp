#include <tl/kernels/embed.hpp>

#include "every_set.hpp"

TEST_CASE("embedding reads the rows of W_E back from the panels of its transpose") {
  const std::size_t d_model = 37, d_vocab = 101;
  const auto w_e = random_floats(d_vocab * d_model, 26);
  std::vector<float> panels(kernels::packed_size(d_model, d_vocab));
  kernels::pack_transposed(w_e.data(), d_model, d_vocab, panels.data(), 1);
  const std::vector<tl::Token> tokens{100, 0, 31, 32, 0};
  std::vector<float> out(tokens.size() * d_model);
  kernels::embed({panels.data(), d_model, d_vocab}, tokens.data(), tokens.size(), out.data(), 2);
  for (std::size_t r = 0; r != tokens.size(); ++r)
    REQUIRE(same_bits(&out[r * d_model], &w_e[static_cast<std::size_t>(tokens[r]) * d_model], d_model));
}

TEST_CASE("gather copies rows, many of them with two threads") {
  const std::size_t d = 64, n = 50, rows = 2000;
  const auto table = random_floats(n * d, 27);
  std::vector<std::uint32_t> index(rows);
  for (std::size_t r = 0; r != rows; ++r) index[r] = static_cast<std::uint32_t>(r * 7 % n);
  std::vector<float> out(rows * d);
  REQUIRE(helped([&] { kernels::gather(table.data(), d, index.data(), rows, out.data(), 2); }) == has_threads);
  for (std::size_t r = 0; r != rows; ++r) REQUIRE(same_bits(&out[r * d], &table[index[r] * d], d));
}
