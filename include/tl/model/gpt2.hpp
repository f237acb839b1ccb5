#pragma once
// GPT-2 as a template over its configuration. A model is const: any number of threads run sessions on one.
#include <cstddef>
#include <span>
#include <tl/model/run.hpp>
#include <tl/model/session.hpp>
#include <utility>
#include <vector>

namespace TL_NAMESPACE {

struct TokenLogProb {
  Token token = 0;
  float log_prob = 0;
};

// Gpt2<gpt2_small> has every extent in its type; Gpt2<dynamic_gpt2> takes them from the checkpoint. Both run the same
// text and give the same bits. Storage is the type of the packed weights; B the basis of the residual stream.
template <Config C, StorageType Storage = float, Basis B = Basis::raw>
class Gpt2 {
  using D = Dims<C>;

 public:
  static constexpr Config static_config = C;
  static constexpr Basis basis = B;
  using storage_type = Storage;
  using Logits = Tensor<float, typename D::pos, typename D::d_vocab>;
  template <AnyPolicy... Policies>
  using RunOf = tl::RunOf<C, Policies...>;
  using LogProbs = Tensor<float, typename D::pos>;
  using Likeliest = Tensor<TokenLogProb, typename D::pos, Dim<"rank">>;

  // Reads and packs the weights. Throws Error where a tensor is missing, has another shape or is not finite, or where
  // the source's weights are in another basis than B.
  explicit Gpt2(WeightSource& source, const Config& config = C, RunOptions options = {})
      : config_(checked(config)),
        processing_(checked(source.processing())),
        weights_(source, config_, options.resolved_threads()) {}

  // Weights that are there already, of this configuration, and what was done to them.
  Gpt2(Weights<C, Storage> weights, const Config& config, const WeightProcessing& processing = {})
      : config_(checked(config)), processing_(checked(processing)), weights_(std::move(weights)) {}

  const Config& config() const { return config_; }
  const Weights<C, Storage>& weights() const { return weights_; }
  const WeightProcessing& processing() const { return processing_; }

  // Logits of every position.
  template <AnyPolicy... Policies>
  Logits operator()(std::span<const Token> tokens, RunOptions options, Policies&&... policies) const {
    auto session = this->session(options, std::forward<Policies>(policies)...);
    const auto logits = session.extend(session.open(tokens.size()), tokens, Need::all_logits);
    Logits out(Logits::shape_type::of({tokens.size(), config_.d_vocab}));
    std::copy_n(logits.data(), logits.size(), out.data());
    return out;
  }
  template <AnyPolicy... Policies>
  Logits operator()(std::span<const Token> tokens, Policies&&... policies) const {
    return (*this)(tokens, RunOptions{}, std::forward<Policies>(policies)...);
  }

  // Runs the policies over the tokens, as far as some policy looks, and returns what was captured.
  template <AnyPolicy... Policies>
  RunOf<Policies...> run(std::span<const Token> tokens, RunOptions options, Policies&&... policies) const {
    auto session = this->session(options, std::forward<Policies>(policies)...);
    session.extend(session.open(tokens.size()), tokens, Need::hooks);
    return take_run<C>(session.hooks(), 0, config_.n_layer);
  }
  template <AnyPolicy... Policies>
  RunOf<Policies...> run(std::span<const Token> tokens, Policies&&... policies) const {
    return run(tokens, RunOptions{}, std::forward<Policies>(policies)...);
  }

  // Several prompts of any lengths in one forward pass, without padding: one result each.
  template <AnyPolicy... Policies>
  std::vector<RunOf<Policies...>> run_each(std::span<const std::vector<Token>> prompts, RunOptions options,
                                           Policies&&... policies) const {
    auto session = this->session(options, std::forward<Policies>(policies)...);
    std::vector<Extension> extensions;
    for (const std::vector<Token>& prompt : prompts) extensions.push_back({session.open(prompt.size()), prompt});
    session.extend(extensions, Need::hooks);
    std::vector<RunOf<Policies...>> runs;
    for (std::size_t i = 0; i != prompts.size(); ++i) runs.push_back(take_run<C>(session.hooks(), i, config_.n_layer));
    return runs;
  }

  // log p(tokens[i + 1] | tokens[..i]) for each i but the last, natural logarithm.
  template <AnyPolicy... Policies>
  LogProbs log_probs(std::span<const Token> tokens, RunOptions options, Policies&&... policies) const {
    const std::size_t n = tokens.empty() ? 0 : tokens.size() - 1;
    for (std::size_t i = 1; i <= n; ++i)
      if (tokens[i] < 0 || static_cast<std::size_t>(tokens[i]) >= config_.d_vocab)
        throw Error("token ", tokens[i], " at position ", i, " is out of range: the vocabulary has ", config_.d_vocab,
                    " tokens");
    LogProbs out(LogProbs::shape_type::of({n}));
    if (n == 0) return out;
    std::vector<float> normaliser(n);
    auto session = this->session(options, std::forward<Policies>(policies)...);
    session.read(session.open(tokens.size()), tokens.first(n),
                 {.log_sum_exp = normaliser.data(), .target = tokens.data() + 1, .target_logit = out.data()});
    for (std::size_t i = 0; i != n; ++i) out(i) -= normaliser[i];
    return out;
  }
  template <AnyPolicy... Policies>
  LogProbs log_probs(std::span<const Token> tokens, Policies&&... policies) const {
    return log_probs(tokens, RunOptions{}, std::forward<Policies>(policies)...);
  }

  // The `count` likeliest next tokens at each position, likeliest first, with their log-probabilities (where equal, the
  // lower id first). Throws Error where the vocabulary has fewer.
  template <AnyPolicy... Policies>
  Likeliest likeliest(std::span<const Token> tokens, std::size_t count, RunOptions options,
                      Policies&&... policies) const {
    if (count > config_.d_vocab)
      throw Error("the ", count, " likeliest tokens were asked for, and the vocabulary has ", config_.d_vocab);
    Likeliest out(Likeliest::shape_type::of({tokens.size(), count}));
    std::vector<kernels::TokenLogit> top(tokens.size() * count);
    std::vector<float> normaliser(tokens.size());
    auto session = this->session(options, std::forward<Policies>(policies)...);
    session.read(session.open(tokens.size()), tokens,
                 {.log_sum_exp = normaliser.data(), .top = top.data(), .top_count = count});
    for (std::size_t i = 0; i != top.size(); ++i)
      out.data()[i] = {top[i].token, top[i].logit - normaliser[i / count]};
    return out;
  }
  template <AnyPolicy... Policies>
  Likeliest likeliest(std::span<const Token> tokens, std::size_t count, Policies&&... policies) const {
    return likeliest(tokens, count, RunOptions{}, std::forward<Policies>(policies)...);
  }

  // Mean negative log-likelihood of tokens 2.. in nats. Throws Error where there are fewer than two tokens.
  template <AnyPolicy... Policies>
  double loss(std::span<const Token> tokens, RunOptions options, Policies&&... policies) const {
    if (tokens.size() < 2) throw Error("a loss needs at least two tokens, and ", tokens.size(), " were given");
    double sum = 0;
    const LogProbs each = log_probs(tokens, options, std::forward<Policies>(policies)...);
    for (float log_prob : each.values()) sum -= static_cast<double>(log_prob);
    return sum / static_cast<double>(each.size());
  }
  template <AnyPolicy... Policies>
  double loss(std::span<const Token> tokens, Policies&&... policies) const {
    return loss(tokens, RunOptions{}, std::forward<Policies>(policies)...);
  }

  // For what the calls above do not do: prefill in chunks, decoding, trees, forks. The model must outlive it.
  template <AnyPolicy... Policies>
  Session<Gpt2, Policies...> session(RunOptions options, Policies&&... policies) const {
    return Session<Gpt2, Policies...>(*this, options, std::forward<Policies>(policies)...);
  }
  template <AnyPolicy... Policies>
  Session<Gpt2, Policies...> session(Policies&&... policies) const {
    return session(RunOptions{}, std::forward<Policies>(policies)...);
  }

 private:
  static const Config& checked(const Config& config) {
    if (config.is_dynamic()) throw Error("a model needs a configuration whose extents are known when it is loaded");
    if (!C.is_dynamic() && config != C)
      throw Error("the checkpoint is of another shape than the program's Config: ", difference(config));
    return config;
  }
  static std::string difference(const Config& config);
  static const WeightProcessing& checked(const WeightProcessing& processing) {
    if (processing.basis() != B)
      throw Error("the weights (processing ", to_string(processing), ") are in the ", name(processing.basis()),
                  " residual basis and the model's type in the ", name(B), " one: write Gpt2<C, Storage, Basis::",
                  name(processing.basis()), ">");
    return processing;
  }

  Config config_;
  WeightProcessing processing_;
  Weights<C, Storage> weights_;
};

template <Config C, StorageType Storage, Basis B>
std::string Gpt2<C, Storage, B>::difference(const Config& config) {
  std::string text;
  const auto compare = [&](const char* name, auto found, auto expected) {
    if (found != expected)
      text += std::string(text.empty() ? "" : ", ") + name + " " + std::to_string(found) + " against " +
              std::to_string(expected);
  };
  compare("n_layer", config.n_layer, C.n_layer);
  compare("n_head", config.n_head, C.n_head);
  compare("d_model", config.d_model, C.d_model);
  compare("d_head", config.d_head, C.d_head);
  compare("d_mlp", config.d_mlp, C.d_mlp);
  compare("n_ctx", config.n_ctx, C.n_ctx);
  compare("d_vocab", config.d_vocab, C.d_vocab);
  compare("activation", static_cast<int>(config.activation), static_cast<int>(C.activation));
  compare("norm", static_cast<int>(config.norm), static_cast<int>(C.norm));
  compare("tied_unembed", config.tied_unembed, C.tied_unembed);
  compare("layer_norm_epsilon", config.layer_norm_epsilon, C.layer_norm_epsilon);
  return text;
}

}  // namespace TL_NAMESPACE
