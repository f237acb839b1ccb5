#include <tl/model/row_batch.hpp>

#include "../catch.hpp"

using namespace tl;

TEST_CASE("rows keep their own spans, lengths and places of scores") {
  RowBatch batch;
  batch.spans().push_back({0, 3});
  batch.add({.token = 1,
             .position = 2,
             .sequence = 0,
             .prompt_length = 3,
             .slot = 2,
             .step = 0,
             .phase = Phase::prefill,
             .kind = RowKind::plain},
            4);
  batch.spans().push_back({0, 2});
  batch.spans().push_back({16, 5});
  batch.add({.token = 2,
             .position = 6,
             .sequence = 1,
             .prompt_length = 3,
             .slot = 20,
             .step = 0,
             .phase = Phase::decode,
             .kind = RowKind::plain},
            4);
  CHECK(batch.size() == 2);
  CHECK(batch.past_length(0) == 3);
  CHECK(batch.past_length(1) == 7);
  CHECK(batch.first_score(1) == 12);
  CHECK(batch.score_count() == 40);
  CHECK(batch.longest_past() == 7);
  CHECK(batch.slots()[1] == 20);
  CHECK(batch.row(1).front().token == 2);
  std::vector<std::uint32_t> position(32);
  for (std::uint32_t i = 0; i != 32; ++i) position[i] = 100 + i;
  batch.note_key_positions(position);
  CHECK(batch.key_positions(0)[2] == 102);
  CHECK(batch.key_positions(1)[2] == 116);
  batch.clear();
  CHECK(batch.size() == 0);
  CHECK(batch.score_count() == 0);
}
