#include <algorithm>
#include <memory>
#include <numeric>
#include <tl/kernels/attention.hpp>
#include <tl/kernels/reference.hpp>

#include "every_set.hpp"

using kernels::block_slots;
using kernels::Span;

namespace {

// A cache of one layer whose keys and values are functions of what was stored, NaN where nothing was.
struct Cache {
  std::size_t n_head, d_head;
  std::vector<std::vector<float>> blocks;
  std::vector<float*> pointers;

  Cache(std::size_t n_head_, std::size_t d_head_, std::size_t slots) : n_head(n_head_), d_head(d_head_) {
    blocks.assign((slots + block_slots - 1) / block_slots,
                  std::vector<float>(7 + kernels::block_size(n_head, d_head), std::nanf("")));
    for (auto& block : blocks) pointers.push_back(block.data());
  }
  kernels::KeyValues view() const { return {pointers.data(), 7, n_head, d_head}; }

  // Key and value of the `what`-th position into `slot`.
  void store(std::size_t what, std::uint32_t slot) {
    const auto seed = static_cast<std::uint32_t>(100 + what);
    const auto k = random_floats(n_head * d_head, seed, -2, 2), v = random_floats(n_head * d_head, seed + 5000);
    kernels::store_key_values(k.data(), v.data(), &slot, 1, view(), 1);
  }
};

struct PastList {
  std::vector<Span> spans;
  std::vector<std::uint32_t> first_span{0}, length;
  std::vector<std::size_t> first_score{0};
  std::size_t n_head;

  explicit PastList(std::size_t heads) : n_head(heads) {}
  void add(const std::vector<Span>& row) {
    spans.insert(spans.end(), row.begin(), row.end());
    first_span.push_back(static_cast<std::uint32_t>(spans.size()));
    length.push_back(std::accumulate(row.begin(), row.end(), 0u, [](auto n, Span s) { return n + s.count; }));
    first_score.push_back(first_score.back() + n_head * length.back());
  }
  kernels::Pasts view() const {
    return {length.size(), first_span.data(), spans.data(), length.data(), first_score.data()};
  }
};

// Rows [first, first + rows) of a sequence that lies in slots 0, 1, 2 ...
PastList prefill(std::size_t n_head, std::uint32_t first, std::uint32_t rows) {
  PastList pasts(n_head);
  for (std::uint32_t r = 0; r != rows; ++r) pasts.add({{0, first + r + 1}});
  return pasts;
}

std::vector<float> fused(const kernels::KernelTable& table, const std::vector<float>& q, const PastList& pasts,
                         const Cache& cache, int threads = 1) {
  std::vector<float> z(q.size(), -7.f);
  const std::size_t longest = *std::max_element(pasts.length.begin(), pasts.length.end());
  std::vector<float> scratch(kernels::attention_scratch(longest, threads));
  table.attention(q.data(), pasts.view(), cache.view(), z.data(), scratch.data(), threads);
  return z;
}

struct Steps {
  std::vector<float> scores, pattern, z;
};
Steps steps(const kernels::KernelTable& table, const std::vector<float>& q, const PastList& pasts, const Cache& cache,
            int threads = 1) {
  Steps s{std::vector<float>(pasts.first_score.back(), -7.f), {}, std::vector<float>(q.size(), -7.f)};
  table.attention_scores(q.data(), pasts.view(), cache.view(), s.scores.data(), threads);
  s.pattern = s.scores;
  table.attention_softmax(pasts.view(), cache.n_head, s.pattern.data(), threads);
  table.attention_mix(s.pattern.data(), pasts.view(), cache.view(), s.z.data(), threads);
  return s;
}

}  // namespace

TEST_CASE("keys and values go where the layout says") {
  Cache cache(3, 5, 40);
  const auto k = random_floats(2 * 15, 1), v = random_floats(2 * 15, 2);
  const std::vector<std::uint32_t> slot{33, 4};
  kernels::store_key_values(k.data(), v.data(), slot.data(), 2, cache.view(), 2);
  for (std::size_t row = 0; row != 2; ++row)
    for (std::size_t head = 0; head != 3; ++head)
      for (std::size_t d = 0; d != 5; ++d) {
        const auto& block = cache.blocks[slot[row] / 16];
        REQUIRE(block[cache.view().key_index(head, d, slot[row])] == k[(row * 3 + head) * 5 + d]);
        REQUIRE(block[cache.view().value_index(head, slot[row], d)] == v[(row * 3 + head) * 5 + d]);
      }
}

TEST_CASE("attention over any lists of slots agrees with the reference, and its steps have its bits") {
  std::mt19937 bits(3);
  const auto draw = [&bits](std::uint32_t below) { return static_cast<std::uint32_t>(bits() % below); };
  FOR_EACH_SET(table) {
    for (int round = 0; round != 25; ++round) {
      const std::size_t widths[] = {1, 5, 8, 16, 24, 33, 64, 80};
      const std::size_t n_head = 1 + draw(3), d_head = widths[draw(8)], rows = 1 + draw(15);
      Cache cache(n_head, d_head, 200);
      for (std::uint32_t slot = 0; slot != 200; ++slot) cache.store(slot, slot);
      // Some rows begin with a past that they share, some have one of their own; then a few scattered slots.
      std::vector<Span> shared;
      for (std::uint32_t at = draw(20); at < 90; at += 20) shared.push_back({at, 1 + draw(20)});
      PastList pasts(n_head);
      for (std::size_t r = 0; r != rows; ++r) {
        auto row = draw(3) != 0 ? shared : std::vector<Span>{{draw(50), 1 + draw(40)}};
        for (std::uint32_t own = draw(5); own != 0; --own) row.push_back({100 + draw(100), 1});
        pasts.add(row);
      }
      const auto q = random_floats(rows * n_head * d_head, 4, -2, 2);
      std::vector<float> z(q.size()), pattern(pasts.first_score.back());
      kernels::reference::attention(q.data(), pasts.view(), cache.view(), z.data(), pattern.data());
      const auto s = steps(table, q, pasts, cache);
      CAPTURE(n_head, d_head, rows);
      for (std::size_t i = 0; i != pattern.size(); ++i) REQUIRE(std::abs(s.pattern[i] - pattern[i]) < 3e-6f);
      for (std::size_t i = 0; i != z.size(); ++i) REQUIRE(std::abs(s.z[i] - z[i]) < 5e-6f);
      REQUIRE(same_bits(fused(table, q, pasts, cache), s.z));
    }
  }
}

TEST_CASE("heads wider than a block of queries") {
  FOR_EACH_SET(table) {
    const std::size_t n_head = 2, d_head = 700, rows = 9;
    Cache cache(n_head, d_head, 40);
    for (std::uint32_t slot = 0; slot != 40; ++slot) cache.store(slot, slot);
    auto pasts = prefill(n_head, 20, rows - 1);
    pasts.add({{3, 9}, {30, 2}, {35, 1}});
    const auto q = random_floats(rows * n_head * d_head, 9);
    std::vector<float> z(q.size());
    kernels::reference::attention(q.data(), pasts.view(), cache.view(), z.data(), nullptr);
    const auto s = steps(table, q, pasts, cache);
    for (std::size_t i = 0; i != z.size(); ++i) REQUIRE(std::abs(s.z[i] - z[i]) < 2e-5f);
    REQUIRE(same_bits(fused(table, q, pasts, cache), s.z));
  }
}

TEST_CASE("more groups of rows than are taken at a time") {
  FOR_EACH_SET(table) {
    const std::size_t n_head = 1, d_head = 8, sequences = 150;
    Cache cache(n_head, d_head, 16 * sequences);
    PastList pasts(n_head);
    for (std::uint32_t s = 0; s != sequences; ++s) {
      for (std::uint32_t i = 0; i != 1 + s % 5; ++i) cache.store(16 * s + i, 16 * s + i);
      pasts.add({{16 * s, 1 + s % 5}});
    }
    const auto q = random_floats(sequences * d_head, 10, -2, 2);
    std::vector<float> z(q.size());
    kernels::reference::attention(q.data(), pasts.view(), cache.view(), z.data(), nullptr);
    const auto fused_z = fused(table, q, pasts, cache, 2);
    for (std::size_t i = 0; i != z.size(); ++i) REQUIRE(std::abs(fused_z[i] - z[i]) < 5e-6f);
    REQUIRE(same_bits(steps(table, q, pasts, cache, 2).z, fused_z));
  }
}

TEST_CASE("a row has the same bits alone, in a chunk, in the whole, and with two threads") {
  FOR_EACH_SET(table) {
    const std::size_t n_head = 2, d_head = 24, width = n_head * d_head, rows = 300;
    Cache cache(n_head, d_head, rows);
    for (std::uint32_t slot = 0; slot != rows; ++slot) cache.store(slot, slot);
    const auto q = random_floats(rows * width, 5, -2, 2);
    const auto whole = fused(table, q, prefill(n_head, 0, rows), cache);
    std::vector<float> two;
    REQUIRE(helped([&] { two = fused(table, q, prefill(n_head, 0, rows), cache, 2); }));
    REQUIRE(same_bits(two, whole));
    const auto materialised = steps(table, q, prefill(n_head, 0, rows), cache, 2);
    REQUIRE(same_bits(materialised.z, whole));
    for (const std::uint32_t chunk : {1u, 3u, 7u})
      for (std::uint32_t first = 0; first + chunk <= rows; first += chunk) {
        const std::vector<float> part(q.begin() + first * static_cast<std::ptrdiff_t>(width),
                                      q.begin() + (first + chunk) * static_cast<std::ptrdiff_t>(width));
        const auto z = fused(table, part, prefill(n_head, first, chunk), cache);
        REQUIRE(same_bits(z.data(), whole.data() + first * width, z.size()));
      }
  }
}

TEST_CASE("bits follow the order of a row's list, not where its slots lie nor how the list is cut") {
  FOR_EACH_SET(table) {
    const std::size_t n_head = 2, d_head = 20, keys = 75;
    Cache line(n_head, d_head, keys), scattered(n_head, d_head, 400);
    PastList one(n_head), cut(n_head), tree(n_head), backwards(n_head);
    std::vector<Span> pieces, away, reversed;
    for (std::uint32_t i = 0; i != keys; ++i) {
      const std::uint32_t slot = i < 40 ? 21 + i : (i * 37) % 300 + 70;  // a prompt, then a path through a tree
      line.store(i, i);
      scattered.store(i, slot);
      away.push_back({slot, 1});
      reversed.insert(reversed.begin(), {i, 1});
    }
    for (std::uint32_t first = 0; first != keys; first += 25)
      pieces.push_back({first, 11}), pieces.push_back({first + 11, 14});
    one.add({{0, keys}});
    cut.add(pieces);
    tree.add(away);
    backwards.add(reversed);
    const auto q = random_floats(n_head * d_head, 6, -2, 2);
    const auto z = fused(table, q, one, line);
    REQUIRE(same_bits(fused(table, q, cut, line), z));
    REQUIRE(same_bits(fused(table, q, tree, scattered), z));
    REQUIRE(same_bits(steps(table, q, tree, scattered).scores, steps(table, q, one, line).scores));
    // The planted violation: the same keys in another order.
    REQUIRE_FALSE(same_bits(fused(table, q, backwards, line), z));
  }
}

TEST_CASE("the rows of a token tree have the bits of their paths decoded alone") {
  FOR_EACH_SET(table) {
    const std::size_t n_head = 2, d_head = 32, width = n_head * d_head;
    Cache cache(n_head, d_head, 80);
    for (std::uint32_t slot = 0; slot != 80; ++slot) cache.store(slot, slot);
    // A prompt of 50, then a binary tree of depth 3 in slots 50 ...: node i's parent is (i - 1) / 2.
    PastList tree(n_head);
    std::vector<std::vector<Span>> rows;
    for (std::uint32_t node = 0; node != 15; ++node) {
      std::vector<Span> path;
      for (std::uint32_t up = node;; up = (up - 1) / 2) {
        path.insert(path.begin(), {50 + up, 1});
        if (up == 0) break;
      }
      path.insert(path.begin(), {0, 50});
      tree.add(path);
      rows.push_back(path);
    }
    const auto q = random_floats(rows.size() * width, 7, -2, 2);
    const auto z = fused(table, q, tree, cache, 2);
    for (std::size_t r = 0; r != rows.size(); ++r) {
      PastList alone(n_head);
      alone.add(rows[r]);
      const std::vector<float> one(q.begin() + static_cast<std::ptrdiff_t>(r * width),
                                   q.begin() + static_cast<std::ptrdiff_t>((r + 1) * width));
      REQUIRE(same_bits(fused(table, one, alone, cache).data(), z.data() + r * width, width));
    }
  }
}

TEST_CASE("a row whose scores are all -inf has a pattern of zeros") {
  FOR_EACH_SET(table) {
    PastList pasts(2);
    pasts.add({{0, 3}});
    const float inf = std::numeric_limits<float>::infinity();
    std::vector<float> scores{-inf, -inf, -inf, 0, -inf, 0};
    table.attention_softmax(pasts.view(), 2, scores.data(), 1);
    REQUIRE(scores == std::vector<float>{0, 0, 0, .5f, 0, .5f});
  }
}

TEST_CASE("public attention is that of the table in use") {
  Cache cache(2, 16, 40);
  for (std::uint32_t slot = 0; slot != 40; ++slot) cache.store(slot, slot);
  const auto pasts = prefill(2, 10, 20);
  const auto q = random_floats(20 * 32, 8);
  std::vector<float> z(q.size()), scratch(kernels::attention_scratch(30, 2));
  kernels::attention(q.data(), pasts.view(), cache.view(), z.data(), scratch.data(), 2);
  REQUIRE(same_bits(z, fused(kernels::table(), q, pasts, cache)));
  std::vector<float> scores(pasts.first_score.back());
  kernels::attention_scores(q.data(), pasts.view(), cache.view(), scores.data(), 1);
  kernels::attention_softmax(pasts.view(), 2, scores.data(), 1);
  kernels::attention_mix(scores.data(), pasts.view(), cache.view(), z.data(), 1);
  REQUIRE(same_bits(z, fused(kernels::table(), q, pasts, cache)));
}
