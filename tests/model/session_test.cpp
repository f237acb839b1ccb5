// The determinism contract: however a row is computed, it has the same bits. Each case counts, so that the two paths it
// compares are known to differ, and the last ones plant what must be noticed.
#include <tl/model/session.hpp>

#include <algorithm>
#include <thread>
#include <tl/hooks/ablate.hpp>
#include <tl/hooks/dynamic_hooks.hpp>
#include <tl/hooks/patch.hpp>
#include <tl/hooks/steer.hpp>
#include <tl/kernels/parallel.hpp>
#include "../catch.hpp"
#include "small_models.hpp"

using namespace tl;

namespace {

// Logits of all positions, computed in chunks of the prompt; the number of passes goes to `passes`.
template <class Model, class... P>
std::vector<float> chunked(const Model& model, const std::vector<Token>& tokens, std::size_t chunk, int threads,
                           std::size_t prompt_length, std::size_t* passes, P&&... policies) {
  auto session = model.session({threads}, std::forward<P>(policies)...);
  const std::size_t sequence = session.open(prompt_length);
  std::vector<float> all;
  for (std::size_t first = 0; first < tokens.size(); first += chunk) {
    const auto part = std::span(tokens).subspan(first, std::min(chunk, tokens.size() - first));
    const auto logits = values_of(session.extend(sequence, part, Need::all_logits));
    all.insert(all.end(), logits.begin(), logits.end());
  }
  if (passes) *passes = session.forward_passes();
  return all;
}

template <class Model, class... P>
std::vector<float> whole(const Model& model, const std::vector<Token>& tokens, P&&... policies) {
  return chunked(model, tokens, tokens.size(), 1, tokens.size(), nullptr, std::forward<P>(policies)...);
}

}  // namespace

TEMPLATE_TEST_CASE("prompt chunks of 1, 3, 7 and all give the same bits, and so does every cached past", "", float, bf16, int8) {
  const auto check = [](const auto& model) {
    const auto tokens = some_tokens(37, model.config());
    const auto expected = whole(model, tokens);
    for (std::size_t chunk : {1u, 3u, 7u}) {
      std::size_t passes = 0;
      CHECK(chunked(model, tokens, chunk, 1, tokens.size(), &passes) == expected);
      CHECK(passes == (37 + chunk - 1) / chunk);
    }
  };
  check(random_model<odd, TestType>());
  check(random_model<attention_only, TestType>());
  check(random_model<wide, TestType>());
}

TEMPLATE_TEST_CASE("sequences of a ragged batch have the bits they have alone", "", float, bf16, int8) {
  const auto model = random_model<odd, TestType>();
  auto session = model.session({});
  std::vector<std::vector<Token>> prompts;
  for (std::size_t length : {5u, 1u, 33u, 16u, 17u}) prompts.push_back(some_tokens(length, odd, length));
  std::vector<Extension> extensions;
  for (const auto& prompt : prompts) extensions.push_back({session.open(prompt.size()), prompt});
  const auto together = values_of(session.extend(extensions, Need::all_logits));
  std::vector<float> alone;
  for (const auto& prompt : prompts) {
    const auto logits = whole(model, prompt);
    alone.insert(alone.end(), logits.begin(), logits.end());
  }
  CHECK(session.forward_passes() == 1);
  CHECK(session.rows_computed() == 72);
  CHECK((together == alone));

  SECTION("and go on so, some faster than others") {
    const Token next[] = {3, 4, 5};
    const std::vector<Extension> more{{2, std::span(next, 3)}, {0, std::span(next, 1)}};
    const auto logits = session.extend(more, Need::last_logits);
    auto first = prompts[2], second = prompts[0];
    first.insert(first.end(), {3, 4, 5});
    second.push_back(3);
    const auto of_first = whole(model, first), of_second = whole(model, second);
    CHECK(values_of(logits(0)) == std::vector<float>(of_first.end() - odd.d_vocab, of_first.end()));
    CHECK(values_of(logits(1)) == std::vector<float>(of_second.end() - odd.d_vocab, of_second.end()));
  }
}

TEMPLATE_TEST_CASE("one thread and two threads give the same bits", "", float, bf16, int8) {
  const auto model = random_model<wide, TestType>();
  const auto tokens = some_tokens(70, wide);
  const auto helped = [before = kernels::ThreadTeam::mine().items_helped()] {
    return kernels::ThreadTeam::mine().items_helped() != before;
  };
  const auto one = chunked(model, tokens, 70, 1, 70, nullptr);
  CHECK_FALSE(helped());
  // On a busy machine a helper may come too late for all of a short run.
  do CHECK((chunked(model, tokens, 70, 2, 70, nullptr) == one));
  while (!helped());
}

TEMPLATE_TEST_CASE("every path of a token tree has the bits of that path decoded in a line", "", float, bf16, int8) {
  const auto model = random_model<odd, TestType>();
  const auto prompt = some_tokens(21, odd);
  auto session = model.session({});
  const std::size_t sequence = session.open(prompt.size());
  session.extend(sequence, prompt);
  //  5 - 6 - 7
  //    \ 8 - 9 - 10
  //  11 - 5
  const std::vector<TreeNode> nodes{{5, -1}, {6, 0}, {11, -1}, {8, 0}, {7, 1}, {9, 3}, {5, 2}, {10, 5}};
  const auto logits = values_of(session.tree(sequence, nodes));
  CHECK(session.length(sequence) == prompt.size());
  for (std::size_t i = 0; i != nodes.size(); ++i) {
    std::vector<Token> path;
    for (auto at = static_cast<std::ptrdiff_t>(i); at >= 0; at = nodes[static_cast<std::size_t>(at)].parent)
      path.insert(path.begin(), nodes[static_cast<std::size_t>(at)].token);
    std::vector<Token> line = prompt;
    line.insert(line.end(), path.begin(), path.end());
    const auto expected = whole(model, line);
    CHECK(std::equal(expected.end() - odd.d_vocab, expected.end(),
                     logits.begin() + static_cast<std::ptrdiff_t>(i * odd.d_vocab)));
  }
  SECTION("and the sequence goes on as if there had been no tree") {
    const Token next = 42;
    auto line = prompt;
    line.push_back(next);
    const auto expected = whole(model, line);
    CHECK((values_of(session.extend(sequence, std::span(&next, 1))) ==
           std::vector<float>(expected.end() - odd.d_vocab, expected.end())));
  }
  SECTION("a node whose siblings are not left out would differ: planted by giving it a wrong parent") {
    auto wrong = nodes;
    wrong[5].parent = 4;
    const auto other = values_of(session.tree(sequence, wrong));
    CHECK((other != logits));
    CHECK(std::equal(other.begin(), other.begin() + 5 * odd.d_vocab, logits.begin()));
  }
}

TEMPLATE_TEST_CASE("accepting a path of a tree leaves the past of those tokens in a line", "", float, bf16, int8) {
  const auto model = random_model<odd, TestType>();
  const auto a = some_tokens(29, odd), b = some_tokens(14, odd, 3);
  std::vector<float> seen;  // patterns and z of the rows that run: they depend on every key and every value before
  auto session = model.session({}, observe<"blocks.*.attn.hook_pattern">([&](auto pattern, Context) {
                                 seen.insert(seen.end(), pattern.data(), pattern.data() + pattern.size());
                               }),
                               observe<"blocks.*.attn.hook_z">(
                                   [&](auto z, Context) { seen.insert(seen.end(), z.data(), z.data() + z.size()); }));
  const std::vector<Extension> both{{session.open(29), a}, {session.open(14), b}};
  session.extend(both);
  //  5 - 6 - 7            1 - 2
  //    \ 8 - 9 - 10         \ 3 - 4
  //  11 - 5
  const std::vector<TreeNode> first{{5, -1}, {6, 0}, {11, -1}, {8, 0}, {7, 1}, {9, 3}, {5, 2}, {10, 5}};
  const std::vector<TreeNode> second{{1, -1}, {2, 0}, {3, 0}, {4, 2}};
  const std::vector<TreeExtension> trees{{0, first}, {1, second}};
  const auto together = values_of(session.trees(trees));
  auto alone = values_of(session.tree(0, first));
  const auto other = values_of(session.tree(1, second));
  alone.insert(alone.end(), other.begin(), other.end());
  CHECK((together == alone));

  SECTION("level by level as well") {
    std::vector<float> levels;
    for (const auto& [from, to] : {std::pair{0u, 1u}, {1u, 4u}, {4u, 8u}}) {
      const TreeExtension level{0, std::span(first).first(to), from};
      const auto logits = values_of(session.trees(std::span(&level, 1)));
      levels.insert(levels.end(), logits.begin(), logits.end());
    }
    CHECK(std::equal(levels.begin(), levels.end(), together.begin()));
  }
  auto fork = session.fork(29);
  session.accept(1, std::array<std::size_t, 3>{0, 2, 3});
  session.tree(0, first);
  session.accept(0, std::array<std::size_t, 4>{0, 3, 5, 7});
  CHECK((session.length(0) == 33 && session.length(1) == 17));
  auto line_a = a, line_b = b;
  line_a.insert(line_a.end(), {5, 8, 9, 10, 42});
  line_b.insert(line_b.end(), {1, 3, 4, 42});
  const Token next = 42;
  const auto goes_on = [&](auto& from, std::size_t sequence, const std::vector<Token>& line) {
    seen.clear();
    const auto logits = values_of(from.extend(sequence, std::span(&next, 1)));
    const auto row = seen;
    seen.clear();
    std::vector<float> rows;
    auto watched = model.session({}, observe<"blocks.*.attn.hook_pattern">([&](auto pattern, Context) {
                                   rows.insert(rows.end(), pattern.data(), pattern.data() + pattern.size());
                                 }),
                                 observe<"blocks.*.attn.hook_z">(
                                     [&](auto z, Context) { rows.insert(rows.end(), z.data(), z.data() + z.size()); }));
    watched.extend(watched.open(1), std::span(line).first(line.size() - 1), Need::past);
    rows.clear();
    CHECK((values_of(watched.extend(0, std::span(&next, 1))) == logits));
    CHECK((row.empty() || row == rows));
  };
  goes_on(session, 0, line_a);
  goes_on(session, 1, line_b);
  SECTION("and of a fork between the tree and the path nothing") {
    auto line = a;
    line.push_back(next);
    goes_on(fork, 0, line);
  }
}

TEST_CASE("a path is accepted only of the tree that lies behind the sequence, and its edits are remembered") {
  const auto model = random_model<odd>();
  auto session = model.session({}, ablate<"blocks.0.attn.hook_z">().where(at{21}));
  session.extend(session.open(20), some_tokens(20, odd));
  const std::vector<TreeNode> nodes{{5, -1}, {6, 0}, {7, 0}};
  session.tree(0, nodes);
  CHECK_THROWS_WITH(session.accept(0, std::array<std::size_t, 2>{0, 3}),
                    "node 3 does not go on the path: the tree that ran last behind sequence 0 has 3 nodes, and a path "
                    "begins at a root and goes from parent to child");
  CHECK_THROWS_WITH(session.accept(0, std::array<std::size_t, 2>{1, 2}),
                    "node 1 does not go on the path: the tree that ran last behind sequence 0 has 3 nodes, and a path "
                    "begins at a root "
                    "and goes from parent to child");
  CHECK_NOTHROW(session.fork(20));
  session.accept(0, std::array<std::size_t, 2>{0, 2});
  CHECK_THROWS_WITH(
      session.fork(22),
      "cannot fork at position 22: a hook of this session wrote at position 21, so the past is not the new hooks' own");
  CHECK_THROWS_WITH(session.accept(0, std::array<std::size_t, 1>{0}),
                    "node 0 does not go on the path: the tree that ran last behind sequence 0 has 0 nodes, and a path "
                    "begins at a root "
                    "and goes from parent to child");
  const TreeExtension other{0, nodes, 2}, twice[]{{0, nodes}, {0, nodes}};
  CHECK_THROWS_WITH(session.trees(std::span(&other, 1)),
                    "the first 2 nodes of a token tree are not those that ran last behind sequence 0");
  CHECK_THROWS_WITH(session.trees(twice), "sequence 0 has two trees in one call");
  std::vector<TreeNode> deep;
  for (std::ptrdiff_t i = 0; i != 69; ++i) deep.push_back({1, i - 1});
  CHECK_THROWS_WITH(session.tree(0, deep), "the context holds 90 tokens, and 91 were given");
}

TEMPLATE_TEST_CASE("capturing everything changes no bit, and neither do scores and patterns in memory", "", float, bf16, int8) {
  const auto model = random_model<odd, TestType>();
  const auto tokens = some_tokens(23, odd);
  const auto expected = whole(model, tokens);
  DynamicHooks everything;
  for (const PointInfo& point : points)
    everything.capture((point.in_block ? "blocks.*." : "") + std::string(point.name));
  CHECK((whole(model, tokens, everything) == expected));
  CHECK(everything.take().size() == 7 + 3 * 25);
  std::size_t rows = 0;
  CHECK((whole(model, tokens, observe<"blocks.*.attn.hook_pattern">([&](auto, Context) { ++rows; })) == expected));
  CHECK(rows == 3 * 23);
  CHECK((whole(model, tokens, edit<"blocks.*.hook_attn_in">([](auto, Context) {})) == expected));
  CHECK((whole(model, tokens, edit<"blocks.*.attn.hook_attn_scores">([](auto, Context) {})) == expected));
  SECTION("an edit of hook_result regroups a sum: close, not equal") {
    const auto regrouped = whole(model, tokens, edit<"blocks.*.attn.hook_result">([](auto, Context) {}));
    float worst = 0, largest = 0;
    for (std::size_t i = 0; i != expected.size(); ++i) {
      worst = std::max(worst, std::abs(regrouped[i] - expected[i]));
      largest = std::max(largest, std::abs(expected[i]));
    }
    // bf16 and int8 round each head's z by itself.
    CHECK(worst <= (std::same_as<TestType, float> ? 1e-5f : 3e-2f) * largest);
    if (std::same_as<TestType, float>) CHECK(worst > 0);  // bf16 may round it away
  }
}

TEST_CASE("each hook fires once a row and layer, in the order of the forward") {
  const auto model = random_model<odd>();
  std::vector<std::size_t> rows(point_count * 3);
  std::vector<std::pair<int, Point>> order;
  DynamicHooks count;
  for (const PointInfo& point : points)
    count.observe(
        (point.in_block ? "blocks.*." : "") + std::string(point.name), [&](const DynamicView&, const Context& at) {
          rows[static_cast<std::size_t>(at.point) * 3 + static_cast<std::size_t>(std::max(at.layer, 0))] += at.rows();
          if (order.empty() || order.back() != std::pair{at.layer, at.point}) order.emplace_back(at.layer, at.point);
        });
  auto session = model.session({}, count);
  const auto tokens = some_tokens(9, odd);
  session.extend(session.open(9), std::span(tokens).first(6));
  CHECK(order.size() == 7 + 3 * 25);
  for (std::size_t i = 6; i != 9; ++i) session.extend(0, std::span(tokens).subspan(i, 1));
  for (const PointInfo& point : points)
    for (std::size_t layer = 0; layer != (point.in_block ? 3u : 1u); ++layer)
      CHECK(rows[static_cast<std::size_t>(point.point) * 3 + layer] == 9);
}

TEST_CASE("a write is seen by the next point and by nothing earlier") {
  const auto model = random_model<odd>();
  const auto tokens = some_tokens(8, odd);
  const auto plain = model.run(tokens, capture<"blocks.1.hook_resid_pre">(), capture<"blocks.1.hook_resid_mid">(),
                               capture<"blocks.1.hook_attn_out">());
  const auto edited = model.run(tokens, edit<"blocks.1.hook_attn_out">([](auto out, Context) { fill(out, 0.f); }),
                                capture<"blocks.1.hook_resid_pre">(), capture<"blocks.1.hook_resid_mid">(),
                                capture<"blocks.1.hook_attn_out">());
  CHECK(same_bits(plain["blocks.1.hook_resid_pre"_hook], edited["blocks.1.hook_resid_pre"_hook]));
  CHECK(same_bits(edited["blocks.1.hook_resid_mid"_hook], plain["blocks.1.hook_resid_pre"_hook]));
  for (float x : edited["blocks.1.hook_attn_out"_hook].values()) CHECK(x == 0.f);
}

TEMPLATE_TEST_CASE("hooked decoding with the cache is hooked recomputation from scratch", "", float, bf16, int8) {
  const auto model = random_model<odd, TestType>();
  const std::size_t prompt_length = 11;
  const auto tokens = some_tokens(30, odd);
  const auto other = some_tokens(30, odd, 99);
  const auto source = model.run(other, capture<"blocks.1.hook_resid_mid">());
  const auto patched = source["blocks.1.hook_resid_mid"_hook];
  Direction<"blocks.0.hook_resid_post", Basis::raw, Dims<odd>::d_model> v{Tensor<float, Dims<odd>::d_model>()};
  for (std::size_t i = 0; i != odd.d_model; ++i) v.vector(i) = 0.1f * static_cast<float>(i % 7);

  const auto check = [&](const char* what, auto policy_of) {
    INFO(what);
    const auto from_scratch = chunked(model, tokens, tokens.size(), 1, prompt_length, nullptr, policy_of());
    CHECK((from_scratch != whole(model, tokens)));
    auto session = model.session({}, policy_of());
    session.open(prompt_length);
    auto decoded = values_of(session.extend(0, std::span(tokens).first(prompt_length), Need::all_logits));
    for (std::size_t i = prompt_length; i != tokens.size(); ++i) {
      const auto logits = values_of(session.extend(0, std::span(tokens).subspan(i, 1)));
      decoded.insert(decoded.end(), logits.begin(), logits.end());
    }
    CHECK(session.forward_passes() == 20);
    CHECK((decoded == from_scratch));
  };
  check("patch at one prompt position", [&] { return patch<"blocks.1.hook_resid_mid">(patched).where(at{4}); });
  check("steering everywhere", [&] { return steer(v, 3.f); });
  check("steering generated tokens only", [&] { return steer(v, 3.f).where(generated_only); });
  check("ablating a head", [&] { return ablate<"blocks.*.attn.hook_z">(heads{1}).where(not_first); });
  check("scaling patterns", [&] { return scale<"blocks.2.attn.hook_pattern">(0.5f, heads{0, 2}).where(last_prompt); });

  SECTION("alpha 0 is the unhooked run") { CHECK((whole(model, tokens, steer(v, 0.f)) == whole(model, tokens))); }
  SECTION("a hook that goes by phase breaks it: planted") {
    const auto by_phase = [] {
      return edit<"blocks.0.hook_resid_post">([](auto resid, Context at) {
        for (std::size_t r = 0; r != at.rows(); ++r)
          if (at.phase(r) == Phase::decode && at.rows() == 1) resid(r, 0) += 1.f;
      });
    };
    CHECK(chunked(model, tokens, 1, 1, prompt_length, nullptr, by_phase()) !=
          chunked(model, tokens, 30, 1, prompt_length, nullptr, by_phase()));
  }
}

TEMPLATE_TEST_CASE("static and dynamic extents give the same bits", "", float, bf16, int8) {
  const auto check = []<Config C>(const Gpt2<C, TestType>& fixed) {
    const auto free = random_model<dynamic_gpt2, TestType>(C);
    const auto tokens = some_tokens(19, C);
    CHECK((whole(fixed, tokens) == whole(free, tokens)));
    CHECK((whole(fixed, tokens, ablate<"blocks.1.hook_attn_out">()) ==
           whole(free, tokens, ablate<"blocks.1.hook_attn_out">())));
  };
  check(random_model<odd, TestType>());
  check(random_model<attention_only, TestType>());
}

TEMPLATE_TEST_CASE("rows whose logits nobody wants leave the last block early, and nobody can tell", "", float, bf16,
                   int8) {
  const auto model = random_model<odd, TestType>();
  const auto tokens = some_tokens(40, odd);
  const auto expected = whole(model, tokens);
  const auto row = [&](std::size_t i) {
    return std::vector<float>(expected.begin() + static_cast<std::ptrdiff_t>(i * odd.d_vocab),
                              expected.begin() + static_cast<std::ptrdiff_t>((i + 1) * odd.d_vocab));
  };
  auto session = model.session({});
  const std::vector<Extension> both{{session.open(20), std::span(tokens).first(20)},
                                    {session.open(7), std::span(tokens).first(7)}};
  const auto last = session.extend(both, Need::last_logits);
  CHECK(values_of(last(0)) == row(19));
  CHECK(values_of(last(1)) == row(6));
  session.extend(0, std::span(tokens).subspan(20, 10), Need::past);
  const auto rest = session.extend(0, std::span(tokens).subspan(30), Need::all_logits);
  for (std::size_t i = 0; i != 10; ++i) CHECK(values_of(rest(i)) == row(30 + i));

  std::size_t seen = 0;  // a hook behind the values of the last block sees every row
  auto watched = model.session({}, observe<"blocks.2.hook_mlp_out">([&](auto, Context at) { seen += at.rows(); }));
  CHECK(values_of(watched.extend(watched.open(40), tokens, Need::last_logits)) == row(39));
  CHECK(seen == 40);
}

TEST_CASE("a forward that enters at a layer has the bits of the whole") {
  const auto model = random_model<odd>();
  const auto tokens = some_tokens(12, odd);
  const auto run = model.run(tokens, capture<"blocks.1.hook_resid_pre">(), capture<"logits">());
  auto session = model.session({});
  const auto logits = session.enter(session.open(12), 1, run["blocks.1.hook_resid_pre"_hook], Need::all_logits);
  CHECK(same_bits(logits, run["logits"_hook]));
  CHECK_THROWS_WITH(session.extend(0, std::span(tokens).first(1)), "rows of this session enter at layer 1, not 0");
  auto other = model.session({});
  CHECK_THROWS_WITH(other.enter(other.open(12), 3, run["blocks.1.hook_resid_pre"_hook]),
                    "cannot enter at layer 3: this model has layers 0 to 2");
}

TEST_CASE("a fork shares the past and nothing else") {
  const auto model = random_model<odd>();
  const auto tokens = some_tokens(40, odd);
  auto base = model.session({});
  base.extend(base.open(40), tokens);
  auto fork = base.fork(25, ablate<"blocks.2.hook_mlp_out">().where(at{30}));
  const auto rest = std::span(tokens).subspan(25);
  const auto forked = values_of(fork.extend(0, rest));
  CHECK(fork.rows_computed() == 15);
  auto expected = whole(model, tokens, ablate<"blocks.2.hook_mlp_out">().where(at{30}));
  CHECK((forked == std::vector<float>(expected.end() - odd.d_vocab, expected.end())));
  SECTION("the base goes on undisturbed") {
    const Token next = 1;
    auto longer = tokens;
    longer.push_back(next);
    expected = whole(model, longer);
    CHECK((values_of(base.extend(0, std::span(&next, 1))) ==
           std::vector<float>(expected.end() - odd.d_vocab, expected.end())));
  }
  SECTION("new hooks that edit what is shared are refused") {
    CHECK_THROWS_WITH(base.fork(25, ablate<"blocks.2.hook_mlp_out">()),
                      "cannot fork at position 25: a new hook edits position 0, which is shared; fork there or "
                      "restrict the hook with where(...)");
  }
  SECTION("a past that hooks wrote to is refused, up to where they wrote") {
    auto written = model.session({}, ablate<"blocks.0.attn.hook_z">().where(at{20}));
    written.extend(written.open(40), tokens);
    CHECK_THROWS_WITH(written.fork(25),
                      "cannot fork at position 25: a hook of this session wrote at position 20, so the past is not the "
                      "new hooks' own");
    CHECK_NOTHROW(written.fork(20));
  }
}

TEST_CASE("a branch shares what came before, copies what it writes, and has the bits of a sequence of its own") {
  const auto model = random_model<odd>();
  const auto tokens = some_tokens(60, odd), others = some_tokens(60, odd, 5);
  auto session = model.session({});
  const std::size_t stem = session.open(60);
  session.extend(stem, std::span(tokens).first(37));
  const std::size_t bytes = session.cache_bytes();
  const std::size_t at_block = session.branch(stem, 32, 60), in_block = session.branch(stem, 21, 60);
  CHECK(session.cache_bytes() == bytes);
  const auto line = [&](std::size_t from) {  // tokens, then the others from position `from` on
    std::vector<Token> text(tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(from));
    text.insert(text.end(), others.begin() + static_cast<std::ptrdiff_t>(from), others.begin() + 45);
    const auto logits = whole(model, text);
    return std::vector<float>(logits.end() - odd.d_vocab, logits.end());
  };
  CHECK(values_of(session.extend(in_block, std::span(others).subspan(21, 24))) == line(21));
  CHECK(session.cache_bytes() > bytes);
  CHECK(values_of(session.extend(at_block, std::span(others).subspan(32, 13))) == line(32));
  CHECK(values_of(session.extend(stem, std::span(others).subspan(37, 8))) == line(37));
  CHECK(session.rows_computed() == 37 + 24 + 13 + 8);

  CHECK_THROWS_WITH(session.branch(stem, 46, 60), "cannot branch at position 46 of a sequence of 45");
  auto watched = model.session({}, capture<"blocks.0.hook_mlp_out">().where(at{3}));
  watched.extend(watched.open(10), std::span(tokens).first(10));
  CHECK(watched.branch(0, 3, 10) == 1);
  CHECK_THROWS_WITH(watched.branch(0, 4, 10),
                    "cannot branch at position 4: a hook looks at a position before, or edits it in one of the two "
                    "sequences only");
}

TEST_CASE("rewinding forgets") {
  const auto model = random_model<odd>();
  const auto tokens = some_tokens(20, odd);
  auto session = model.session({});
  session.extend(session.open(20), some_tokens(20, odd, 5));
  session.rewind(0, 0);
  CHECK((values_of(session.extend(0, tokens, Need::all_logits)) == whole(model, tokens)));
  CHECK_THROWS_WITH(session.rewind(0, 21), "cannot rewind a sequence of 20 positions to 21");
}

TEST_CASE("a hook that mixes rows is offered whole sequences, one a call") {
  const auto model = random_model<odd>();
  std::vector<std::size_t> sizes;
  const auto mean_over_rows = [&] {
    return edit<"blocks.0.hook_attn_out">([&](auto out, Context at) {
             sizes.push_back(at.rows());
             for (std::size_t i = 0; i != odd.d_model; ++i) {
               float sum = 0;
               for (std::size_t r = 0; r != at.rows(); ++r) sum += out(r, i);
               for (std::size_t r = 0; r != at.rows(); ++r) out(r, i) = sum / static_cast<float>(at.rows());
             }
           })
        .mixing_rows();
  };
  const auto a = some_tokens(5, odd), b = some_tokens(9, odd, 3);
  auto session = model.session({}, mean_over_rows());
  const std::vector<Extension> both{{session.open(5), a}, {session.open(9), b}};
  const auto together = values_of(session.extend(both, Need::all_logits));
  CHECK(sizes == std::vector<std::size_t>{5, 9});
  auto alone = whole(model, a, mean_over_rows());
  const auto other = whole(model, b, mean_over_rows());
  alone.insert(alone.end(), other.begin(), other.end());
  CHECK((together == alone));
  auto cut = model.session({}, mean_over_rows());
  CHECK_THROWS_WITH(cut.extend(cut.open(5), std::span(a).first(3)),
                    "a hook that mixes rows is offered whole sequences only: it can run neither on a part of a prompt "
                    "nor while generating");
}

TEST_CASE("threads share one model") {
  const auto model = random_model<odd>();
  const auto tokens = some_tokens(30, odd);
  const auto expected = whole(model, tokens);
  std::vector<std::vector<float>> results(4);
  std::vector<std::thread> threads;
  for (auto& result : results)
    threads.emplace_back(
        [&] { result = whole(model, tokens, observe<"blocks.1.attn.hook_pattern">([](auto, Context) {})); });
  for (auto& thread : threads) thread.join();
  for (const auto& result : results) CHECK((result == expected));
}

TEST_CASE("what a session refuses") {
  const auto model = random_model<odd>();
  auto session = model.session({});
  const std::size_t sequence = session.open(3);
  const std::vector<Token> out_of_range{1, 207}, negative{-1}, long_text(91, 1);
  CHECK_THROWS_WITH(session.extend(sequence, out_of_range),
                    "token 207 at position 1 is out of range: the vocabulary has 207 tokens");
  CHECK_THROWS_WITH(session.extend(sequence, negative),
                    "token -1 at position 0 is out of range: the vocabulary has 207 tokens");
  CHECK_THROWS_WITH(session.extend(sequence, long_text), "the context holds 90 tokens, and 91 were given");
  CHECK_THROWS_WITH(session.extend(7, negative), "sequence 7 was not opened: this session has 1");
  const std::vector<TreeNode> loop{{1, 0}};
  CHECK_THROWS_WITH(session.tree(sequence, loop),
                    "node 0 of a token tree names parent 0, which does not come before it");
  const std::vector<Token> twice{1, 2};
  const std::vector<Extension> same{{sequence, twice}, {sequence, twice}};
  CHECK_THROWS_WITH(session.extend(same), "sequence 0 is extended twice in one call: put its tokens together");
  SECTION("and goes on after a refusal") {
    const auto tokens = some_tokens(4, odd);
    CHECK((values_of(session.extend(sequence, tokens, Need::all_logits)) == whole(model, tokens)));
  }
  SECTION("a session that stopped early does not go on") {
    auto early = model.session({}, observe<"blocks.1.hook_resid_pre">([](auto, Context) {}));
    early.extend(early.open(2), twice, Need::hooks);
    CHECK_THROWS_WITH(early.extend(0, twice),
                      "this session stopped before the last layer, so it has no complete past; start another to go on");
  }
}
