#include <tl/model/run.hpp>

#include "../catch.hpp"
#include "small_models.hpp"

using namespace tl;

TEST_CASE("results have TransformerLens' shapes in their types, and come in a fixed order") {
  const auto model = random_model<odd>();
  const auto tokens = some_tokens(6, odd);
  const auto run = model.run(tokens, capture<"logits">(), capture<"blocks.*.attn.hook_attn_scores">(),
                             capture<"blocks.1.attn.hook_q">(), capture<"ln_final.hook_scale">());
  const auto scores = run["blocks.2.attn.hook_attn_scores"_hook];
  using D = Dims<odd>;
  static_assert(std::is_same_v<decltype(scores), const TensorView<const float, D::head, D::pos, D::key_pos>>);
  static_assert(
      std::is_same_v<decltype(run["blocks.1.attn.hook_q"_hook]), TensorView<const float, D::pos, D::head, D::d_head>>);
  CHECK(scores.extent<"pos">() == 6);
  CHECK(scores.extent<"key_pos">() == 6);
  CHECK(std::isinf(scores(1, 2, 3)));
  CHECK(!std::isinf(scores(1, 3, 2)));
  CHECK(run["ln_final.hook_scale"_hook].extent<"scale">() == 1);
  CHECK(same_bits(run["unembed.hook_out"_hook], model(tokens)));
  std::vector<std::string> names;
  run.for_each([&](const std::string& name, auto view) {
    names.push_back(name);
    CHECK(view.size() > 0);
  });
  CHECK(names == std::vector<std::string>{"unembed.hook_out", "blocks.0.attn.hook_attn_scores",
                                          "blocks.1.attn.hook_attn_scores", "blocks.2.attn.hook_attn_scores",
                                          "blocks.1.attn.hook_q", "ln_final.hook_scale"});
}

TEST_CASE("the first capture that covers a layer answers") {
  const auto model = random_model<odd>();
  const auto run = model.run(some_tokens(6, odd), capture<"blocks.1.hook_resid_pre">().where(at{5}),
                             capture<"blocks.*.hook_resid_pre">());
  CHECK(run["blocks.1.hook_resid_pre"_hook].extent<"pos">() == 1);
  CHECK(run["blocks.0.hook_resid_pre"_hook].extent<"pos">() == 6);
}

TEST_CASE("one name captured before and after an edit gives both, in order") {
  const auto model = random_model<odd>();
  const auto run = model.run(some_tokens(4, odd), capture<"blocks.1.hook_mlp_out">(),
                             edit<"blocks.1.hook_mlp_out">([](auto x, Context) { fill(x, 2.f); }),
                             capture<"blocks.1.hook_mlp_out">());
  std::vector<float> first_elements;
  run.for_each([&](const std::string&, auto view) { first_elements.push_back(view(0, 0)); });
  REQUIRE(first_elements.size() == 2);
  CHECK(first_elements[0] != 2.f);
  CHECK(first_elements[1] == 2.f);
  CHECK(run["blocks.1.hook_mlp_out"_hook](0, 0) == first_elements[0]);
}

TEST_CASE("of a model known at run time a layer out of range throws") {
  const auto model = random_model<dynamic_gpt2>(odd);
  const auto run = model.run(some_tokens(3, odd), capture<"blocks.*.hook_resid_pre">());
  CHECK_THROWS_WITH(run["blocks.3.hook_resid_pre"_hook],
                    "`blocks.3.hook_resid_pre` was not captured: the run has 3 layers of it");
}

TEST_CASE("a capture given as an lvalue hands its values to the run all the same") {
  const auto model = random_model<odd>();
  auto resid = capture<"blocks.1.hook_resid_pre">();
  const auto first = model.run(some_tokens(3, odd), resid);
  const auto second = model.run(some_tokens(5, odd), resid);
  CHECK(first["blocks.1.hook_resid_pre"_hook].extent<"pos">() == 3);
  CHECK(second["blocks.1.hook_resid_pre"_hook].extent<"pos">() == 5);
}
