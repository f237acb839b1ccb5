#include <tl/model/forward.hpp>

#include <tl/hooks/dynamic_hooks.hpp>
#include "../catch.hpp"
#include "small_models.hpp"

using namespace tl;

TEST_CASE("the forward stops after the last point that anybody needs") {
  const auto model = random_model<odd>();
  const auto tokens = some_tokens(5, odd);
  std::vector<std::string> seen;
  const auto note = [&](auto, Context at) { seen.push_back(full_name(at.point, at.layer)); };
  // Observers of everything, of which the last decides: the blocks after it must not run.
  auto run_until = [&](auto last) {
    seen.clear();
    model.run(tokens, observe<"hook_embed">(note), std::move(last));
    return seen;
  };
  CHECK(run_until(observe<"hook_pos_embed">(note)) == std::vector<std::string>{"hook_embed", "hook_pos_embed"});
  CHECK(run_until(observe<"blocks.1.hook_resid_pre">(note)) ==
        std::vector<std::string>{"hook_embed", "blocks.1.hook_resid_pre"});

  SECTION("and the session is then at its end") {
    std::size_t deep = 0;
    DynamicHooks hooks;
    hooks.observe("blocks.0.hook_resid_mid", [&](const DynamicView&, const Context&) { ++deep; });
    auto session = model.session({}, hooks);
    session.extend(session.open(5), tokens, Need::hooks);
    CHECK(deep == 1);
    CHECK_THROWS_AS(session.extend(0, tokens), Error);
  }
}

TEST_CASE("logits are computed for the rows that are asked for") {
  const auto model = random_model<odd>();
  const auto tokens = some_tokens(9, odd);
  auto session = model.session({});
  session.open(9);
  CHECK(session.extend(0, std::span(tokens).first(4), Need::past).extent<"row">() == 0);
  CHECK(session.extend(0, std::span(tokens).subspan(4, 2), Need::last_logits).extent<"row">() == 1);
  const auto logits = session.extend(0, std::span(tokens).subspan(6), Need::all_logits);
  CHECK(logits.extent<"row">() == 3);
  const auto whole = model(tokens);
  CHECK(std::equal(logits.data(), logits.data() + logits.size(), whole.data() + 6 * odd.d_vocab));
}

TEST_CASE("an edit of the logits reaches the caller, and one of the final norm the logits") {
  const auto model = random_model<odd>();
  const auto tokens = some_tokens(5, odd);
  auto session = model.session({}, edit<"logits">([](auto logits, Context at) {
                                 for (std::size_t r = 0; r != at.rows(); ++r)
                                   logits(r, 0) = static_cast<float>(at.position(r));
                               }));
  CHECK(session.extend(session.open(5), tokens)(0, 0) == 4.f);
  auto flat = model.session({}, edit<"ln_final.hook_out">([](auto x, Context) { fill(x, 0.f); }));
  for (float x : flat.extend(flat.open(5), tokens).values()) REQUIRE(x == 0.f);
}
