#include <set>
#include <tl/core/error.hpp>
#include <tl/sae/activation_buffer.hpp>

#include "../catch.hpp"

namespace {

// Document n has n % 5 rows (n, row).
tl::ActivationReader numbers() {
  return {2, [](std::span<const std::uint64_t> documents, tl::AlignedVector<float>& rows) {
            std::vector<std::size_t> counts;
            for (const std::uint64_t document : documents) {
              counts.push_back(document % 5);
              for (std::size_t row = 0; row != counts.back(); ++row)
                rows.insert(rows.end(), {static_cast<float>(document), static_cast<float>(row)});
            }
            return counts;
          }};
}

}  // namespace

TEST_CASE("rows come once each, mixed") {
  tl::ActivationBuffer buffer(numbers(), 200, 3);
  std::vector<float> out(2 * 700);
  buffer.next(700, out.data());
  std::set<std::pair<float, float>> seen;
  std::size_t ascents = 0;
  for (std::size_t i = 0; i != 700; ++i) {
    CHECK(seen.emplace(out[2 * i], out[2 * i + 1]).second);
    ascents += i != 0 && out[2 * i] > out[2 * i - 2];
  }
  CHECK(ascents > 250);  // of rows in random order, half
  CHECK(ascents < 450);
  // Of the documents whose rows were all given out or lie in the buffer, the early ones are complete.
  for (float document = 1; document < 20; ++document)
    if (static_cast<int>(document) % 5 != 0) CHECK(seen.contains({document, 0.f}));
}

TEST_CASE("looking takes nothing, and a restored buffer goes on with the same rows") {
  tl::ActivationBuffer buffer(numbers(), 50, 3), other(numbers(), 50, 3);
  std::vector<float> a(2 * 33), b(2 * 33);
  buffer.next(33, a.data());
  const auto state = buffer.state();
  const auto seen = buffer.look(5);
  buffer.next(33, a.data());
  CHECK(std::equal(seen.begin(), seen.begin() + 10, a.begin()));
  buffer.next(33, a.data());
  other.restore(state);
  other.next(33, b.data());
  other.next(33, b.data());
  CHECK(a == b);
  buffer.restore(state);
  buffer.next(33, b.data());
  buffer.next(33, b.data());
  CHECK(a == b);

  // The same numbers of rows, but another text.
  auto changed = numbers();
  changed.read = [read = changed.read](auto documents, tl::AlignedVector<float>& rows) {
    const auto counts = read(documents, rows);
    for (float& value : rows) value += 1;
    return counts;
  };
  tl::ActivationBuffer of_another(changed, 50, 3);
  CHECK_THROWS_WITH(of_another.restore(state), Catch::Contains("the text or the model is another"));
}

TEST_CASE("a buffer that cannot mix, and documents without rows, are refused") {
  CHECK_THROWS_AS(tl::ActivationBuffer(numbers(), 1, 3), tl::Error);
  tl::ActivationReader nothing{
      2, [](auto documents, auto&) { return std::vector<std::size_t>(documents.size(), std::size_t{0}); }};
  tl::ActivationBuffer buffer(nothing, 10, 3);
  float out[2];
  CHECK_THROWS_AS(buffer.next(1, out), tl::Error);
  tl::ActivationBuffer good(numbers(), 10, 3);
  CHECK_THROWS_AS(good.restore({0, 0, {7}, {4}, {}}), tl::Error);  // document 7 has two rows
}
