#include <tl/model/kv_cache.hpp>

#include "../catch.hpp"
#include "small_models.hpp"

using namespace tl;

TEST_CASE("a sequence grows by blocks, and neighbouring blocks make one span") {
  KvCache cache(odd);
  KvCache::BlockList first, second;
  cache.reserve(first, 0, 20);
  cache.reserve(second, 0, 3);
  cache.reserve(first, 20, 40);
  CHECK(first == KvCache::BlockList{0, 1, 3});
  CHECK(KvCache::slot(first, 17) == 17);
  CHECK(KvCache::slot(first, 33) == 49);
  std::vector<kernels::Span> spans;
  KvCache::append_spans(first, 35, 0, spans);
  REQUIRE(spans.size() == 2);
  CHECK((spans[0].first == 0 && spans[0].count == 32 && spans[1].first == 48 && spans[1].count == 3));
  KvCache::append_span({51, 1}, 0, spans);
  CHECK(spans[1].count == 4);
  KvCache::append_span({52, 1}, 2, spans);  // another row's: not merged
  CHECK(spans.size() == 3);
}

TEST_CASE("a shared block is copied when it is written, and only then") {
  KvCache cache(odd);
  KvCache::BlockList blocks;
  cache.reserve(blocks, 0, 20);
  const auto memory = [](const KvCache& of, std::size_t block) { return of.layer(0).blocks[block]; };
  memory(cache, 1)[5] = 42.f;
  KvCache copy = cache;
  CHECK(memory(copy, 0) == memory(cache, 0));
  copy.reserve(blocks, 18, 20);
  CHECK(memory(copy, 0) == memory(cache, 0));
  CHECK(memory(copy, 1) != memory(cache, 1));
  CHECK(memory(copy, 1)[5] == 42.f);
  float* own = memory(copy, 1);
  copy.reserve(blocks, 19, 20);
  CHECK(memory(copy, 1) == own);
}
