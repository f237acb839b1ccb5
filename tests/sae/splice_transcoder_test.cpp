#include <tl/sae/splice.hpp>
#include <tl/sae/splice_transcoder.hpp>

#include "../catch.hpp"
#include "../io/scratch.hpp"
#include "../model/small_models.hpp"
#include "small_saes.hpp"

using namespace tl;
using Catch::Matchers::Contains;

namespace {

using OfMlp = Transcoder<"blocks.1.ln2.hook_out", "blocks.1.hook_mlp_out", 51, 130>;
using Skips = Transcoder<"blocks.0.hook_resid_mid", "blocks.2.hook_mlp_out", 51, 90, 51, SkipPath::linear>;

const Gpt2<odd>& model() {
  static const auto made = random_model<odd>();
  return made;
}
std::vector<float> copied(const auto& tensor) { return {tensor.data(), tensor.data() + tensor.size()}; }

}  // namespace

TEST_CASE("what a transcoder says of the rows that it reads takes the place of those that it writes") {
  const auto transcoder = random_typed_sae<OfMlp>();
  const auto tokens = some_tokens(12, odd);
  auto [reads, writes] = splice(transcoder, {}, not_first);
  const auto run =
      model().run(tokens, reads, writes, capture<"blocks.1.ln2.hook_out">(), capture<"blocks.1.hook_mlp_out">());
  const auto plain = model().run(tokens, capture<"blocks.1.hook_mlp_out">());
  const auto expected = transcoder(run["blocks.1.ln2.hook_out"_hook]);
  const auto before = plain["blocks.1.hook_mlp_out"_hook], after = run["blocks.1.hook_mlp_out"_hook];
  REQUIRE(same_bits(after(0), before(0)));
  for (std::size_t r = 1; r != 12; ++r) REQUIRE(std::equal(after(r).data(), after(r).data() + 51, &expected(r, 0)));
}

TEST_CASE("with the error term a transcoder changes what edits change, and without edits no bit") {
  const auto transcoder = random_typed_sae<Skips>();
  const auto tokens = some_tokens(12, odd);
  const auto plain = model()(tokens);
  {
    auto [reads, writes] = edit_features(transcoder, {scale_feature(40, 1), add_feature(3, 0)});
    REQUIRE(same_bits(model()(tokens, reads, writes), plain));
  }
  const auto x = model().run(tokens, capture<"blocks.0.hook_resid_mid">());
  const Encoded encoded = transcoder.encode(x["blocks.0.hook_resid_mid"_hook]);
  const auto row = transcoder.dynamic_sae().decoder_row(7);
  const auto before = model().run(tokens, capture<"blocks.2.hook_mlp_out">());
  auto [reads, writes] = edit_features(transcoder, {clamp_feature(7, 2)});
  const auto after = model().run(tokens, reads, writes, capture<"blocks.2.hook_mlp_out">());
  for (std::size_t r = 0; r != 12; ++r)
    for (std::size_t c = 0; c != 51; ++c)
      REQUIRE(after["blocks.2.hook_mlp_out"_hook](r, c) ==
              Approx(before["blocks.2.hook_mlp_out"_hook](r, c) + (2 - encoded.features(r, 7)) * row[c]).margin(1e-5));
}

TEST_CASE("cached, chunked and by names known at run time: the same bits") {
  const auto one = random_typed_sae<OfMlp>();
  const auto other = random_typed_sae<Skips>(2);
  const auto tokens = some_tokens(24, odd);
  auto of_one = splice(one, {add_feature(5, 1)}, generated_only);
  auto of_other = edit_features(other, {scale_feature(8, -3)}, at{0, 2, 3, 7, -1, 20});
  const auto whole = [&] {
    auto session = model().session(of_one.first, of_one.second, of_other.first, of_other.second);
    return copied(session.extend(session.open(10), tokens, Need::all_logits));
  }();
  const auto in_steps = [&](auto&... policies) {
    auto session = model().session(RunOptions{2}, policies...);
    const std::size_t sequence = session.open(10);
    std::vector<float> rows;
    for (std::size_t first = 0; first != tokens.size(); first = first == 0 ? 10 : first + 1) {
      const std::size_t count = first == 0 ? 10 : 1;
      const auto logits = copied(session.extend(sequence, std::span(tokens).subspan(first, count), Need::all_logits));
      rows.insert(rows.end(), logits.begin(), logits.end());
    }
    return rows;
  };
  REQUIRE(same_bits(in_steps(of_one.first, of_one.second, of_other.first, of_other.second), whole));
  DynamicHooks hooks;
  splice_transcoder(hooks, one.dynamic_sae(), {add_feature(5, 1)}, false, generated_only);
  splice_transcoder(hooks, other.dynamic_sae(), {scale_feature(8, -3)}, true, at{0, 2, 3, 7, -1, 20});
  REQUIRE(same_bits(in_steps(hooks), whole));
  REQUIRE_FALSE(same_bits(copied(model()(tokens)), whole));
}

TEST_CASE("half of a transcoder, and one that does not fit, are one sentence") {
  const auto transcoder = random_typed_sae<OfMlp>();
  const auto tokens = some_tokens(4, odd);
  auto policies = splice(transcoder);
  REQUIRE(error_of([&] { model()(tokens, policies.second); }) ==
          "a transcoder writes at `blocks.1.hook_mlp_out` what was not read at `blocks.1.ln2.hook_out` in the same "
          "forward: a run takes both of its policies");
  SaeConfig config = transcoder.config();
  const auto complaint = [&] { return error_of([&] { check_splice(config, odd, Basis::raw); }); };
  REQUIRE(complaint() == "no Error");
  config.d_out = 50;
  REQUIRE(complaint() == "the SAE's d_out is 50, and a row at `blocks.1.hook_mlp_out` of this model has 51");
  config.d_out = 51;
  config.site.hook_name_out = "blocks.0.hook_mlp_out";
  REQUIRE(complaint() ==
          "a transcoder that reads at `blocks.1.ln2.hook_out` cannot write at `blocks.0.hook_mlp_out`, which comes "
          "before it");
  config.site.hook_name_out.clear();
  REQUIRE_THAT(complaint(), Contains("has no hook_name_out"));
}
