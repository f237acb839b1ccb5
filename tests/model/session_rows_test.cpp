#include <tl/model/session_rows.hpp>

#include "../catch.hpp"
#include "small_models.hpp"

using namespace tl;

namespace {
std::vector<std::size_t> past_lengths(const SessionRows& rows) {
  std::vector<std::size_t> lengths;
  for (std::size_t r = 0; r != rows.batch().size(); ++r) lengths.push_back(rows.batch().past_length(r));
  return lengths;
}
// A pass over tokens that a sequence grows by.
void grow(SessionRows& rows, std::size_t sequence, std::size_t count) {
  rows.begin_growing(0, false);
  rows.append(sequence, some_tokens(count, odd).data(), count, Need::past);
  rows.end();
  rows.sequence(sequence, 0).length += count;
}
}  // namespace

TEST_CASE("each row sees the past of its own sequence, and itself") {
  SessionRows rows(odd);
  const std::size_t a = rows.open(20), b = rows.open(2);
  grow(rows, a, 17);
  rows.begin_growing(0, false);
  rows.append(a, some_tokens(2, odd).data(), 2, Need::last_logits);
  rows.append(b, some_tokens(3, odd).data(), 3, Need::all_logits);
  CHECK(past_lengths(rows) == std::vector<std::size_t>{18, 19, 1, 2, 3});
  CHECK(rows.workspace().positions == std::vector<std::uint32_t>{17, 18, 0, 1, 2});
  CHECK(rows.workspace().chosen == std::vector<std::uint32_t>{1, 2, 3, 4});
  const auto batch = rows.batch().rows();
  CHECK((batch[1].phase == Phase::prefill && batch[3].phase == Phase::prefill && batch[4].phase == Phase::decode));
  rows.end();
  CHECK((rows.passes() == 2 && rows.rows_run() == 22));
}

TEST_CASE("nodes of a tree see their ancestors, variants the sequence before them and their own rows") {
  SessionRows rows(odd);
  const std::size_t a = rows.open(4);
  grow(rows, a, 4);
  rows.begin_growing(0, false);
  const std::vector<TreeNode> nodes{{5, -1}, {6, 0}, {7, 0}, {8, 2}};
  rows.append_tree({a, nodes}, Need::all_logits);
  CHECK(past_lengths(rows) == std::vector<std::size_t>{5, 6, 6, 7});
  CHECK(rows.workspace().positions == std::vector<std::uint32_t>{4, 5, 5, 6});

  rows.begin(1, true);
  const std::vector<float> residual(3 * odd.d_model);
  const std::vector<Variant> variants{{1, residual}, {4, std::span(residual).first(odd.d_model)}};
  rows.append_variants(a, variants, Need::last_logits);
  CHECK(past_lengths(rows) == std::vector<std::size_t>{2, 3, 4, 5});
  CHECK(rows.workspace().chosen == std::vector<std::uint32_t>{2, 3});
  CHECK(rows.sequence(a).length == 4);
}

TEST_CASE("what is shared is in memory once until somebody writes") {
  SessionRows rows(odd);
  const std::size_t a = rows.open(40);
  grow(rows, a, 40);
  const std::size_t bytes = rows.cache().bytes();
  const std::size_t b = rows.branch(a, 20, 30);
  CHECK((rows.sequence(b).length == 20 && rows.sequence(b).prompt_length == 30));
  CHECK(rows.cache().bytes() == bytes);
  grow(rows, b, 1);  // into the second of three blocks
  CHECK(rows.cache().bytes() == bytes + bytes / 3);

  SessionRows other(odd);
  other.share(rows, 10);
  CHECK((other.sequences().size() == 2 && other.sequence(a).length == 10 && other.sequence(b).length == 10));
}

TEST_CASE("what a session cannot run is said in a sentence") {
  SessionRows rows(odd);
  CHECK_THROWS_WITH(rows.sequence(0), "sequence 0 was not opened: this session has 0");
  const std::size_t a = rows.open(4);
  CHECK_THROWS_WITH(rows.begin(3, true), "cannot enter at layer 3: this model has layers 0 to 2");
  rows.begin_growing(1, true);
  rows.append(a, nullptr, 2, Need::past);
  rows.end();
  rows.sequence(a, 0).length = 2;
  CHECK_THROWS_WITH(rows.begin_growing(0, false), "rows of this session enter at layer 1, not 0");
  CHECK_THROWS_WITH(rows.begin(0, true), "cannot run variants from layer 0 on: this session's past begins at layer 1");
  CHECK_THROWS_WITH(rows.sequence(a, 89), "the context holds 90 tokens, and 91 were given");
  CHECK_THROWS_WITH(rows.rewind(a, 3), "cannot rewind a sequence of 2 positions to 3");
}
