// What the points inside a block show, by the equations that tie them together.
#include <tl/model/block.hpp>

#include <cmath>
#include "../catch.hpp"
#include "small_models.hpp"

using namespace tl;

TEST_CASE("the values at a block's points obey the block's equations") {
  const auto model = random_model<odd>();
  const auto tokens = some_tokens(7, odd);
  const auto run = model.run(
      tokens, capture<"blocks.1.hook_resid_pre">(), capture<"blocks.1.ln1.hook_scale">(),
      capture<"blocks.1.ln1.hook_normalized">(), capture<"blocks.1.ln1.hook_out">(), capture<"blocks.1.attn.hook_v">(),
      capture<"blocks.1.attn.hook_attn_scores">(), capture<"blocks.1.attn.hook_pattern">(),
      capture<"blocks.1.attn.hook_z">(), capture<"blocks.1.attn.hook_result">(), capture<"blocks.1.hook_attn_out">(),
      capture<"blocks.1.hook_resid_mid">(), capture<"blocks.1.hook_mlp_in">(), capture<"blocks.1.hook_mlp_out">(),
      capture<"blocks.1.hook_resid_post">(), capture<"blocks.1.hook_q_input">());
  const auto resid_pre = run["blocks.1.hook_resid_pre"_hook], attn_out = run["blocks.1.hook_attn_out"_hook],
             resid_mid = run["blocks.1.hook_resid_mid"_hook], mlp_out = run["blocks.1.hook_mlp_out"_hook],
             resid_post = run["blocks.1.hook_resid_post"_hook];
  for (std::size_t i = 0; i != resid_pre.size(); ++i) {
    CHECK(resid_mid.data()[i] == resid_pre.data()[i] + attn_out.data()[i]);
    CHECK(resid_post.data()[i] == resid_mid.data()[i] + mlp_out.data()[i]);
  }
  CHECK(same_bits(run["blocks.1.hook_mlp_in"_hook], resid_mid));
  const auto scale = run["blocks.1.ln1.hook_scale"_hook];
  const auto normalized = run["blocks.1.ln1.hook_normalized"_hook], out = run["blocks.1.ln1.hook_out"_hook];
  const BlockWeights<float>& w = model.weights().blocks[1];
  for (std::size_t p = 0; p != 7; ++p) {
    double mean = 0;
    for (float x : resid_pre(p).values()) mean += static_cast<double>(x) / 51;
    for (std::size_t i = 0; i != 51; ++i) {
      CHECK(static_cast<double>(normalized(p, i)) ==
            Approx((static_cast<double>(resid_pre(p, i)) - mean) / static_cast<double>(scale(p, 0))).margin(1e-5));
      CHECK(out(p, i) == Approx(normalized(p, i) * w.ln1.w[i] + w.ln1.b[i]).margin(1e-5));
    }
  }
  const auto pattern = run["blocks.1.attn.hook_pattern"_hook], scores = run["blocks.1.attn.hook_attn_scores"_hook];
  const auto v = run["blocks.1.attn.hook_v"_hook], z = run["blocks.1.attn.hook_z"_hook];
  const auto result = run["blocks.1.attn.hook_result"_hook], q_input = run["blocks.1.hook_q_input"_hook];
  for (std::size_t head = 0; head != 3; ++head)
    for (std::size_t p = 0; p != 7; ++p) {
      float sum = 0;
      for (std::size_t key = 0; key != 7; ++key) sum += pattern(head, p, key);
      CHECK(sum == Approx(1).margin(1e-6));
      CHECK(std::log(pattern(head, p, 0) / pattern(head, p, p)) ==
            Approx(scores(head, p, 0) - scores(head, p, p)).margin(1e-4));
      float mixed = 0;
      for (std::size_t key = 0; key <= p; ++key) mixed += pattern(head, p, key) * v(key, head, 5);
      CHECK(z(p, head, 5) == Approx(mixed).margin(1e-5));
      CHECK(std::equal(q_input(p, head).data(), q_input(p, head).data() + 51, resid_pre(p).data()));
    }
  for (std::size_t p = 0; p != 7; ++p)
    for (std::size_t i = 0; i != 51; ++i)
      CHECK(attn_out(p, i) == Approx(result(p, 0, i) + result(p, 1, i) + result(p, 2, i) + w.o.bias[i]).margin(1e-5));
}

TEST_CASE("an edit of one head's input reaches that head alone, through a LayerNorm of its own") {
  const auto model = random_model<odd>();
  const auto tokens = some_tokens(6, odd);
  const auto plain = model.run(tokens, capture<"blocks.1.attn.hook_q">(), capture<"blocks.1.attn.hook_k">());
  const auto edited = model.run(tokens, edit<"blocks.1.hook_q_input">([](auto x, Context) {
                                  for (std::size_t r = 0; r != x.template extent<"row">(); ++r) {
                                    auto head = x(r, 1);
                                    for (std::size_t i = 0; i != head.size(); ++i)
                                      head(i) = head(i) * 3.f + static_cast<float>(i % 3);
                                  }
                                }),
                                capture<"blocks.1.attn.hook_q">(), capture<"blocks.1.attn.hook_k">());
  const auto before = plain["blocks.1.attn.hook_q"_hook], after = edited["blocks.1.attn.hook_q"_hook];
  for (std::size_t p = 0; p != 6; ++p) {
    CHECK(same_bits(before(p, 0), after(p, 0)));
    CHECK(!same_bits(before(p, 1), after(p, 1)));
    CHECK(same_bits(before(p, 2), after(p, 2)));
  }
  CHECK(same_bits(plain["blocks.1.attn.hook_k"_hook], edited["blocks.1.attn.hook_k"_hook]));
  SECTION("and an edit of hook_attn_in reaches q, k and v") {
    const auto all_three = model.run(tokens, edit<"blocks.1.hook_attn_in">([](auto x, Context) {
                                       for (float& f : x.values()) f = -f;
                                     }),
                                     capture<"blocks.1.attn.hook_q">(), capture<"blocks.1.attn.hook_k">());
    CHECK(!same_bits(before, all_three["blocks.1.attn.hook_q"_hook]));
    CHECK(!same_bits(plain["blocks.1.attn.hook_k"_hook], all_three["blocks.1.attn.hook_k"_hook]));
  }
}

TEST_CASE("an edit of hook_mlp_in reaches the MLP and not the residual stream") {
  const auto model = random_model<odd>();
  const auto tokens = some_tokens(6, odd);
  const auto run = model.run(tokens, edit<"blocks.0.hook_mlp_in">([](auto x, Context) { fill(x, 0.5f); }),
                             capture<"blocks.0.hook_resid_mid">(), capture<"blocks.0.hook_mlp_out">(),
                             capture<"blocks.0.hook_resid_post">());
  const auto plain = model.run(tokens, capture<"blocks.0.hook_resid_mid">(), capture<"blocks.0.hook_mlp_out">());
  CHECK(same_bits(run["blocks.0.hook_resid_mid"_hook], plain["blocks.0.hook_resid_mid"_hook]));
  CHECK(!same_bits(run["blocks.0.hook_mlp_out"_hook], plain["blocks.0.hook_mlp_out"_hook]));
}
