// What an SAE costs a model that decodes one token a step, in turns with the same model without it: the default model
// with 2,048 features at the middle of its residual stream, and GPT-2 small's shape (random weights) with 24,576.
//   added = best spliced step - best plain step
//   of_added = (bytes of W_enc and of the active decoder rows / what memory gives) / added
//   over = spliced / (plain + those bytes / what memory gives)
// The time that the program reports is that of both steps.
#include <tl/model/gpt2.hpp>
#include <tl/model/random_source.hpp>
#include <tl/sae/splice.hpp>

#include "../kernels/best_time.hpp"
#include "random_sae.hpp"

namespace {

template <tl::Config C>
const tl::Gpt2<C>& model() {
  static const tl::Gpt2<C> one = [] {
    tl::RandomSource source(1);
    return tl::Gpt2<C>(source);
  }();
  return one;
}

// One token a step after 32.
template <class Session>
class Decoding {
 public:
  explicit Decoding(Session session) : session_(std::move(session)) {
    for (std::size_t i = 0; i != prompt_.size(); ++i) prompt_[i] = static_cast<tl::Token>(i * 61);
    session_.extend(session_.open(prompt_.size()), prompt_);
  }
  double step() {
    const double start = bench::seconds();
    session_.extend(0, std::span(prompt_).first(1));
    const double end = bench::seconds();
    session_.rewind(0, prompt_.size());
    return end - start;
  }

 private:
  Session session_;
  std::vector<tl::Token> prompt_ = std::vector<tl::Token>(32);
};

// Edited: one feature is scaled and what the SAE does not reconstruct kept, in place of a whole reconstruction.
template <tl::Config C, tl::fixed_string Site, std::size_t DSae, class S, class Activation, bool Edited>
void decode_spliced(benchmark::State& state) {
  using Mine = tl::Sae<Site, C.d_model, DSae, Activation, tl::SaeNormalisation::none, tl::Basis::raw, S>;
  tl::SaeConfig config{.architecture = Activation::architecture, .k = Activation::k};
  config.site.hook_name = Site.view();
  const auto weights = bench::random_sae_weights(config, C.d_model, DSae);
  const Mine sae(config, weights);
  const auto policy = [&] {
    if constexpr (Edited) return tl::edit_features(sae, {tl::scale_feature(7, 2)});
    else return tl::splice(sae);
  };
  const tl::RunOptions options{bench::threads()};
  Decoding plain(model<C>().session(options));
  Decoding spliced(model<C>().session(options, policy()));
  bench::machine().measure();
  double best_plain = 1e30, best_spliced = 1e30;
  for (auto _ : state) {
    best_plain = std::min(best_plain, plain.step());
    best_spliced = std::min(best_spliced, spliced.step());
  }
  const double active = Activation::k == 0 ? 32 : static_cast<double>(Activation::k);
  const double bytes = sizeof(S) * static_cast<double>(C.d_model) * (static_cast<double>(DSae) + active);
  const double reading = bytes / bench::machine().measure().bytes, added = best_spliced - best_plain;
  state.counters["plain_ms"] = 1e3 * best_plain;
  state.counters["added_ms"] = 1e3 * added;
  state.counters["reading_ms"] = 1e3 * reading;
  state.counters["of_added"] = reading / added;
  state.counters["over"] = best_spliced / (best_plain + reading);
}

using tl::sae_activation::Relu;
using TopK = tl::sae_activation::TopK<32>;
#define SPLICED(config, site, d_sae, ...)                                  \
  BENCHMARK_TEMPLATE(decode_spliced, tl::config, site, d_sae, __VA_ARGS__) \
      ->Name("decode_spliced<" #config ", " #d_sae ", " #__VA_ARGS__ ">")  \
      ->Unit(benchmark::kMillisecond)                                      \
      ->UseRealTime()
SPLICED(tinystories_6l, "blocks.3.hook_resid_pre", 2048, float, TopK, false);
SPLICED(tinystories_6l, "blocks.3.hook_resid_pre", 2048, float, TopK, true);
SPLICED(tinystories_6l, "blocks.3.hook_resid_pre", 2048, float, Relu, false);
SPLICED(tinystories_6l, "blocks.3.hook_resid_pre", 2048, tl::bf16, TopK, false);
SPLICED(gpt2_small, "blocks.6.hook_resid_pre", 24576, float, TopK, false);
SPLICED(gpt2_small, "blocks.6.hook_resid_pre", 24576, float, TopK, true);
SPLICED(gpt2_small, "blocks.6.hook_resid_pre", 24576, float, Relu, false);
SPLICED(gpt2_small, "blocks.6.hook_resid_pre", 24576, tl::bf16, TopK, false);

}  // namespace
