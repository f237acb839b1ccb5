#include <tl/decode/generate.hpp>

#include <map>
#include <tl/decode/pipeline.hpp>
#include <tl/hooks/dynamic_hooks.hpp>
#include <tl/hooks/steer.hpp>
#include "../catch.hpp"
#include "../model/small_models.hpp"

using namespace tl;

namespace {
const GenerateOptions sampled{.max_new_tokens = 25, .sampling = {.temperature = 0.8, .top_p = 0.95, .seed = 5}};
}

TEST_CASE("greedy generation is the most probable token of a run from scratch, again and again") {
  const auto model = random_model<odd>();
  const auto prompt = some_tokens(6, odd);
  const auto generated = generate(model, prompt, {.max_new_tokens = 12, .sampling = {.temperature = 0}});
  auto text = prompt;
  for (int i = 0; i != 12; ++i) {
    const auto logits = model(text);
    const auto last = logits(text.size() - 1).values();
    text.push_back(static_cast<Token>(std::max_element(last.begin(), last.end()) - last.begin()));
  }
  CHECK(generated.tokens == std::vector<Token>(text.begin() + 6, text.end()));
  CHECK(generated.stop == StopReason::max_new_tokens);
}

TEST_CASE("several prompts at once, prompt chunks and threads change no token") {
  const auto model = random_model<odd>();
  std::vector<std::vector<Token>> prompts;
  std::vector<Prompt> several;
  for (std::size_t length : {3u, 20u, 1u}) prompts.push_back(some_tokens(length, odd, length));
  for (std::size_t i = 0; i != 3; ++i) several.push_back({prompts[i], 100 + i});
  const Sampler sampler(sampled.sampling);
  const auto together = generate(model, several, sampled, sampler, {});
  for (std::size_t i = 0; i != 3; ++i) {
    for (std::size_t chunk : {0u, 1u, 7u}) {
      GenerateOptions options = sampled;
      options.prefill_chunk = chunk;
      options.threads = chunk == 1 ? 2 : 1;
      const auto alone = generate(model, std::span(&several[i], 1), options, sampler, {});
      CHECK(alone.texts[0].tokens == together.texts[i].tokens);
    }
    const Prompt other_stream{prompts[i], 7};
    CHECK(generate(model, std::span(&other_stream, 1), sampled, sampler, {}).texts[0].tokens !=
          together.texts[i].tokens);
  }
  SECTION("and a typed pipeline draws what the sampler draws") {
    const Pipeline pipeline{Temperature{0.8}, TopP{0.95}, Multinomial{}};
    CHECK(generate(model, several, sampled, pipeline, {}).texts[1].tokens == together.texts[1].tokens);
  }
}

TEST_CASE("captures of a generation are those of a run over its text but the last token") {
  const auto model = random_model<odd>();
  const auto prompt = some_tokens(6, odd);
  Direction<"blocks.0.hook_resid_post", Basis::raw, Dims<odd>::d_model> v{Tensor<float, Dims<odd>::d_model>()};
  v.vector(7) = 3.f;  // not the same everywhere: LayerNorm takes a constant out
  const auto generated = generate(model, prompt, sampled, steer(v, 1.f).where(not_first),
                                  capture<"blocks.*.attn.hook_pattern">(), capture<"blocks.1.hook_resid_post">());
  auto text = prompt;
  text.insert(text.end(), generated.tokens.begin(), generated.tokens.end() - 1);
  const auto scratch = model.run(text, steer(v, 1.f).where(not_first), capture<"blocks.*.attn.hook_pattern">(),
                                 capture<"blocks.1.hook_resid_post">());
  CHECK(generated.run["blocks.1.hook_resid_post"_hook].extent<"pos">() == 6 + 25 - 1);
  CHECK(same_bits(generated.run["blocks.1.hook_resid_post"_hook], scratch["blocks.1.hook_resid_post"_hook]));
  CHECK(same_bits(generated.run["blocks.2.attn.hook_pattern"_hook], scratch["blocks.2.attn.hook_pattern"_hook]));
  CHECK(generated.tokens != generate(model, prompt, sampled).tokens);
}

TEST_CASE("hooks see every token of a generation once, at its absolute position, hook_embed included") {
  const auto model = random_model<odd>();
  const auto prompt = some_tokens(6, odd);
  std::vector<Token> seen;
  std::vector<std::size_t> steps;
  std::size_t decoded = 0;
  const auto generated = generate(model, prompt, sampled, observe<"hook_embed">([&](auto, Context at) {
                                    for (std::size_t r = 0; r != at.rows(); ++r) {
                                      CHECK(at.position(r) == seen.size());
                                      CHECK(at.prompt_length(r) == 6);
                                      seen.push_back(at.token(r));
                                      steps.push_back(at.step(r));
                                      decoded += at.phase(r) == Phase::decode;
                                    }
                                  }));
  auto text = prompt;
  text.insert(text.end(), generated.tokens.begin(), generated.tokens.end() - 1);
  CHECK(seen == text);
  CHECK(decoded == 24);
  CHECK(steps.front() == 0);
  CHECK(steps.back() == 24);
}

TEST_CASE("a text ends at a stop token, at a full context, or when the callback says so; the others go on") {
  const auto model = random_model<odd>();
  const auto a = some_tokens(5, odd), b = some_tokens(84, odd, 3);
  const std::vector<Prompt> prompts{{a, 0}, {b, 1}};
  const Sampler greedy(SamplingOptions{.temperature = 0});
  const auto free = generate(model, prompts, {.max_new_tokens = 30}, greedy, {});
  CHECK(free.texts[1].stop == StopReason::context_full);
  CHECK(free.texts[1].tokens.size() == odd.n_ctx - 84 + 1);  // the last is drawn from the last logits, and not run
  CHECK(free.texts[0].tokens.size() == 30);
  const Token stop = free.texts[0].tokens[3];
  const auto first = std::find(free.texts[0].tokens.begin(), free.texts[0].tokens.end(), stop);
  const auto stopped = generate(model, prompts, {.max_new_tokens = 30, .stop_tokens = {stop}}, greedy, {});
  CHECK(stopped.texts[0].stop == StopReason::stop_token);
  CHECK(stopped.texts[0].tokens == std::vector<Token>(free.texts[0].tokens.begin(), first + 1));
  std::map<std::size_t, int> calls;
  const auto interrupted = generate(model, prompts, {.max_new_tokens = 30}, greedy,
                                    [&](std::size_t text, Token) { return ++calls[text] < 2 || text == 1; });
  CHECK(interrupted.texts[0].stop == StopReason::callback);
  CHECK(interrupted.texts[0].tokens.size() == 2);
  CHECK(interrupted.texts[1].tokens == free.texts[1].tokens);
  CHECK(generate(model, a, {.max_new_tokens = 0}).tokens.empty());
  CHECK_THROWS_WITH(generate(model, {}, GenerateOptions{}),
                    "a prompt of no tokens cannot be continued: put the BOS in front");
  CHECK_THROWS_WITH(generate(model, some_tokens(91, odd), GenerateOptions{}),
                    "the context holds 90 tokens, and 91 were given");
}

TEST_CASE("prompts with a common beginning compute it once, and give what they give alone") {
  const auto model = random_model<odd>();
  const auto prefix = some_tokens(40, odd);
  std::vector<std::vector<Token>> prompts;
  for (std::size_t own : {3u, 1u, 9u}) {
    prompts.push_back(prefix);
    for (const Token token : some_tokens(own, odd, own)) prompts.back().push_back(token);
  }
  const std::vector<Prompt> several{{prompts[0], 0}, {prompts[1], 1}, {prompts[2], 2}};
  const auto check = [&](std::size_t rows, auto... policies) {
    for (const std::size_t chunk : {0u, 7u}) {
      GenerateOptions options = sampled;
      options.prefill_chunk = chunk;
      const auto together = generate(model, several, options, Sampler(sampled.sampling), {}, policies...);
      CHECK(together.prefill_rows == rows);
      for (std::size_t i = 0; i != 3; ++i) {
        const auto alone =
            generate(model, std::span(&several[i], 1), sampled, Sampler(sampled.sampling), {}, policies...);
        CHECK(alone.prefill_rows == prompts[i].size());
        CHECK(alone.texts[0].tokens == together.texts[i].tokens);
      }
    }
  };
  const std::size_t once = 40 + 3 + 1 + 9, each = 3 * 40 + 3 + 1 + 9;
  check(once);
  Direction<"blocks.0.hook_resid_post", Basis::raw, Dims<odd>::d_model> v{Tensor<float, Dims<odd>::d_model>()};
  v.vector(7) = 3.f;
  check(once, steer(v, 1.f).where(not_first));
  check(once, steer(v, 1.f).where(generated_only));
  check(once, capture<"blocks.1.hook_mlp_out">().where(generated_only));
  check(each, capture<"blocks.1.hook_mlp_out">());  // what is captured of the prefix is every text's own

  const std::vector<Prompt> of_one_bos{{std::span(prompts[0]).first(3), 0}, {std::span(prompts[2]).first(5), 1}};
  CHECK(generate(model, of_one_bos, sampled, Sampler(sampled.sampling), {}).prefill_rows == 8);  // no pass for 2 rows
}

namespace {
// Five texts that begin alike, each with its own continuation, length, stop and stream.
struct Branches {
  std::vector<Token> prefix = some_tokens(30, odd);
  std::vector<std::vector<Token>> tokens;
  std::vector<Prompt> prompts;

  Branches() {
    for (std::size_t i = 0; i != 5; ++i) {
      tokens.push_back(prefix);
      for (const Token token : some_tokens(1 + i, odd, i + 20)) tokens.back().push_back(token);
    }
    for (std::size_t i = 0; i != 5; ++i) prompts.push_back({tokens[i], 40 + i, 6 + 4 * i, {}});
  }
};

// What a picker was given, by stream and position.
struct Recorder {
  Sampler sampler{sampled.sampling};
  std::map<std::pair<std::uint64_t, std::size_t>, std::vector<float>>* seen;
  Token operator()(std::span<float> logits, const StepContext& context, RandomKey key) const {
    (*seen)[{key.stream, context.position}] = {logits.begin(), logits.end()};
    return sampler(logits, context, key);
  }
};
}  // namespace

TEST_CASE("branches of one past have the tokens and logits that each has alone, in the passes of the longest") {
  const auto model = random_model<odd>();
  const Branches branches;
  std::map<std::pair<std::uint64_t, std::size_t>, std::vector<float>> together_logits, alone_logits;
  const auto together = generate(model, branches.prompts, sampled, Recorder{.seen = &together_logits}, {});
  CHECK(together.shared_positions == 30);
  CHECK(together.prefill_rows == 30 + 1 + 2 + 3 + 4 + 5);
  CHECK(together.forward_passes == 1 + 22);  // the prefix, and as many as the longest has tokens
  for (std::size_t i = 0; i != 5; ++i) {
    const auto alone =
        generate(model, std::span(&branches.prompts[i], 1), sampled, Recorder{.seen = &alone_logits}, {});
    CHECK(alone.texts[0].tokens == together.texts[i].tokens);
    CHECK(together.texts[i].tokens.size() == 6 + 4 * i);
    CHECK(alone.shared_positions == 0);
  }
  CHECK(together_logits == alone_logits);
}

TEST_CASE("a text may have a stop token of its own") {
  const auto model = random_model<odd>();
  Branches branches;
  const auto free = generate(model, branches.prompts, sampled, Sampler(sampled.sampling), {});
  const Token stop = free.texts[3].tokens[4];
  branches.prompts[3].stop_tokens = std::span(&stop, 1);
  const auto stopped = generate(model, branches.prompts, sampled, Sampler(sampled.sampling), {});
  CHECK(stopped.texts[3].stop == StopReason::stop_token);
  CHECK(stopped.texts[3].tokens.back() == stop);
  CHECK(stopped.texts[3].tokens.size() <= 5);
  for (std::size_t i : {0u, 1u, 2u, 4u}) CHECK(stopped.texts[i].tokens == free.texts[i].tokens);
}

TEST_CASE("a hook of one branch changes that branch alone, and the past is still computed once") {
  const auto model = random_model<odd>();
  const Branches branches;
  Direction<"blocks.1.hook_resid_post", Basis::raw, Dims<odd>::d_model> v{Tensor<float, Dims<odd>::d_model>()};
  v.vector(7) = 30.f;
  const auto all_of = [&](auto... policies) {
    return generate(model, branches.prompts, sampled, Sampler(sampled.sampling), {}, std::move(policies)...);
  };
  const auto plain = all_of(), hooked = all_of(steer(v, 1.f).where(sequences{2} && from{30}));
  CHECK(hooked.shared_positions == 30);
  const auto alone = generate(model, std::span(&branches.prompts[2], 1), sampled, Sampler(sampled.sampling), {},
                              steer(v, 1.f).where(from{30}));
  CHECK(hooked.texts[2].tokens == alone.texts[0].tokens);
  CHECK(hooked.texts[2].tokens != plain.texts[2].tokens);
  for (std::size_t i : {0u, 1u, 3u, 4u}) CHECK(hooked.texts[i].tokens == plain.texts[i].tokens);

  DynamicHooks chosen;
  chosen.edit(
      "blocks.1.hook_resid_post",
      [](const DynamicView& view, const Context& at) {
        for (std::size_t row = 0; row != at.rows(); ++row) view.data[row * odd.d_model + 7] += 30.f;
      },
      sequences{2} && from{30});
  const auto at_run_time = generate(model, branches.prompts, sampled, Sampler(sampled.sampling), {}, chosen);
  CHECK(at_run_time.texts[2].tokens == hooked.texts[2].tokens);
  CHECK(at_run_time.texts[1].tokens == plain.texts[1].tokens);
  CHECK(at_run_time.shared_positions == 30);

  // On the common beginning it would have to be computed once for that branch and once for the others.
  CHECK(all_of(steer(v, 1.f).where(sequences{2})).shared_positions == 0);
}

TEST_CASE("a session goes on from a text that it has written") {
  const auto model = random_model<odd>();
  const auto prompt = some_tokens(20, odd);
  const Sampler sampler(sampled.sampling);
  auto session = model.session();
  const Prompt first{prompt, 1, 8};
  const Continuations stem = continue_prompts(session, std::span(&first, 1), sampled, sampler, {});
  CHECK(stem.forward_passes == 8);
  std::vector<std::vector<Token>> texts;
  std::vector<Prompt> prompts;
  for (std::size_t i = 0; i != 3; ++i) {
    texts.push_back(prompt);
    texts.back().insert(texts.back().end(), stem.tokens[0].begin(), stem.tokens[0].end());
    texts.back().push_back(static_cast<Token>(i));
  }
  for (std::size_t i = 0; i != 3; ++i) prompts.push_back({texts[i], 7 + i, 5 + i});
  const Continuations grown =
      continue_prompts(session, prompts, sampled, sampler, {}, CachedBeginning{0, session.length(0)});
  CHECK(session.length(0) == 27);  // the token drawn last was not run
  CHECK(grown.shared_positions == 27);
  CHECK(grown.prefill_rows == 3 * 2);
  CHECK(grown.forward_passes == 7);
  CHECK(session.forward_passes() == 8 + 7);
  CHECK(grown.tokens[1] == generate(model, std::span(&prompts[1], 1), sampled, sampler, {}).texts[0].tokens);

  auto watched = model.session(RunOptions{}, capture<"blocks.1.hook_mlp_out">());
  continue_prompts(watched, std::span(&first, 1), sampled, sampler, {});
  const Continuations again = continue_prompts(watched, prompts, sampled, sampler, {}, CachedBeginning{0, 27});
  CHECK(again.shared_positions == 0);
  CHECK(again.tokens == grown.tokens);
}
