#include "measure.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <tl/interp/contrast.hpp>
#include <tl/interp/logit_attribution.hpp>
#include <tl/interp/point_captures.hpp>
#include <tl/interp/test_prompt.hpp>

#include "head_name.hpp"

namespace tl::app {

namespace {

template <class Network>
class Measurement {
 public:
  Measurement(const Model& model, const Network& network, const Expectation& row)
      : model_(model), network_(network), row_(row), run_(model.run_options()) {}

  Measured operator()() const {
    const std::string& name = row_.measure;
    if (name == "loss") return mean([&](const ExpectedPrompt& prompt) { return loss(prompt); });
    if (name == "logit_difference") return mean([&](const ExpectedPrompt& prompt) { return logit_difference(prompt); });
    if (name == "logit") return mean([&](const ExpectedPrompt& prompt) { return double{tested(prompt).logit}; });
    if (name == "probability")
      return mean([&](const ExpectedPrompt& prompt) { return double{tested(prompt).probability()}; });
    if (name == "rank")
      return mean([&](const ExpectedPrompt& prompt) { return static_cast<double>(tested(prompt).rank); });
    if (name == "final_scale") return mean([&](const ExpectedPrompt& prompt) { return final_scale(prompt); });
    if (name == "attribution") return mean([&](const ExpectedPrompt& prompt) { return attribution(prompt); });
    if (name == "attribution_error")
      return greatest([&](const ExpectedPrompt& prompt) {
        return std::abs(attributed(prompt, Components::neurons).sum(0) - logit_difference(prompt));
      });
    if (name == "components")
      return mean([&](const ExpectedPrompt& prompt) {
        // Behind the components lie ln_final.b and b_U.
        return static_cast<double>(attributed(prompt, Components::neurons).labels.size() - 2);
      });
    if (name == "unembedding_bias") return mean([&](const ExpectedPrompt& prompt) { return unembedding_bias(prompt); });
    if (name == "token") return mean([&](const ExpectedPrompt& prompt) { return static_cast<double>(answer(prompt)); });
    if (name == "greedy") {
      if (row_.prompts.size() != 1) throw Error("a greedy text is of one prompt");
      const std::vector<Token> prompt = tokens(row_.prompts[0]);
      return continued(std::span(&prompt, 1))[0];
    }
    if (name == "batched_greedy") return otherwise_together();
    if (name == "cached_error") return greatest([&](const ExpectedPrompt& prompt) { return cached_error(prompt); });
    if (name == "head_sum_error") return greatest([&](const ExpectedPrompt& prompt) { return head_sum_error(prompt); });
    if (name == "reader_mean") return reader_mean();
    throw Error("there is no measure `", name, "`");
  }

 private:
  template <class F>
  double mean(const F& of) const {
    if (row_.prompts.empty()) throw Error("there is no prompt");
    double sum = 0;
    for (const ExpectedPrompt& prompt : row_.prompts) sum += of(prompt);
    return sum / static_cast<double>(row_.prompts.size());
  }
  // NaN where one is.
  template <class F>
  double greatest(const F& of) const {
    if (row_.prompts.empty()) throw Error("there is no prompt");
    double found = 0;
    for (const ExpectedPrompt& prompt : row_.prompts) found = either_greater(found, of(prompt));
    return found;
  }
  static double either_greater(double a, double b) { return std::isnan(a) || a >= b ? a : b; }

  std::vector<Token> tokens(const ExpectedPrompt& prompt) const { return model_.prompt(prompt.text, prompt.bos); }
  Token answer(const ExpectedPrompt& prompt) const { return single_token(model_.tokenizer(), prompt.answer); }
  Token foil(const ExpectedPrompt& prompt) const { return single_token(model_.tokenizer(), prompt.foil); }

  // The head that is taken out, if any.
  DynamicHooks hooks() const {
    DynamicHooks hooks;
    if (!row_.without) return hooks;
    const HeadAt at = parse_head(row_.without->head, "`head`", network_.config());
    const std::string point = "blocks." + std::to_string(at.layer) + ".attn.hook_" + row_.without->point;
    const auto zero = [head = at.head](const DynamicView& values, const Context&) {
      const std::size_t heads = values.extents[1], width = values.size() / values.extents[0] / heads;
      for (std::size_t row = 0; row != values.extents[0]; ++row)
        std::fill_n(values.data + (row * heads + head) * width, width, 0.f);
    };
    if (row_.without->point != "z" && row_.without->point != "q" && row_.without->point != "k" &&
        row_.without->point != "v")
      throw Error("a head is taken out at z, q, k or v, and not at ", row_.without->point);
    if (row_.without->last_position)
      hooks.edit(point, zero, [](std::size_t pos, std::size_t length) { return pos + 1 == length; });
    else hooks.edit(point, zero);
    return hooks;
  }

  double loss(const ExpectedPrompt& prompt) const {
    auto taken_out = hooks();
    return network_.loss(tokens(prompt), run_, taken_out);
  }
  double logit_difference(const ExpectedPrompt& prompt) const {
    const Contrast one{tokens(prompt), answer(prompt), foil(prompt)};
    return mean_logit_difference(network_, std::span(&one, 1), run_, hooks());
  }
  PromptTest tested(const ExpectedPrompt& prompt) const {
    auto taken_out = hooks();
    return test_prompt(network_, tokens(prompt), answer(prompt), 1, run_, taken_out);
  }
  double final_scale(const ExpectedPrompt& prompt) const {
    auto kept = hooks();
    kept.capture("ln_final.hook_scale", at_last);
    network_.run(tokens(prompt), run_, kept);
    return double{kept.take()[0].array.values[0]};
  }
  LogitAttribution attributed(const ExpectedPrompt& prompt, Components components) const {
    if (row_.without) throw Error("attribution is of the whole model: leave `without` out");
    return logit_attribution(network_, tokens(prompt), {answer(prompt), foil(prompt)}, {components, at_last}, run_);
  }
  double attribution(const ExpectedPrompt& prompt) const {
    const LogitAttribution found = attributed(prompt, Components::heads);
    const auto at = std::ranges::find(found.labels, row_.component);
    if (at == found.labels.end()) throw Error("there is no component `", row_.component, "`");
    return double{found.values(static_cast<std::size_t>(at - found.labels.begin()), std::size_t{0})};
  }
  double unembedding_bias(const ExpectedPrompt& prompt) const {
    const float* const bias = network_.weights().b_u;
    return bias ? double{bias[static_cast<std::size_t>(answer(prompt))]} : 0;
  }

  // The greedy continuation of each prompt, all in one generation.
  std::vector<std::string> continued(std::span<const std::vector<Token>> prompts) const {
    if (row_.tokens == 0) throw Error("a greedy text needs `tokens`, a number above 0");
    const GenerateOptions options{.max_new_tokens = std::min(row_.tokens, network_.config().n_ctx),
                                  .sampling = {.temperature = 0},
                                  .threads = run_.threads};
    std::vector<Prompt> sources;
    for (const std::vector<Token>& prompt : prompts) sources.push_back({prompt});
    std::vector<std::string> texts;
    for (const auto& text : generate(network_, sources, options, Sampler(options.sampling), OnToken{}, hooks()).texts)
      texts.push_back(model_.tokenizer().decode(text.tokens));
    return texts;
  }
  double otherwise_together() const {
    std::vector<std::vector<Token>> prompts;
    for (const ExpectedPrompt& prompt : row_.prompts) prompts.push_back(tokens(prompt));
    if (prompts.empty()) throw Error("there is no prompt");
    const auto together = continued(prompts);
    double count = 0;
    for (std::size_t i = 0; i != prompts.size(); ++i) count += together[i] != continued(std::span(&prompts[i], 1))[0];
    return count;
  }

  double cached_error(const ExpectedPrompt& prompt) const {
    const std::vector<Token> before = tokens(prompt), after = model_.prompt(prompt.then, false);
    if (before.empty() || after.empty())
      throw Error("the prompt and what it is continued by (`then`) have a token each");
    std::vector<Token> both = before;
    both.insert(both.end(), after.begin(), after.end());
    auto cached = network_.session(run_), whole = network_.session(run_);
    const std::size_t sequence = cached.open(both.size());
    cached.extend(sequence, before, Need::past);
    const auto one = cached.extend(sequence, after, Need::last_logits);
    const auto other = whole.extend(whole.open(both.size()), both, Need::last_logits);
    double error = 0;
    for (std::size_t i = 0; i != one.size(); ++i)
      error = either_greater(error, std::abs(double{one.data()[i]} - double{other.data()[i]}));
    return error;
  }

  double head_sum_error(const ExpectedPrompt& prompt) const {
    const Config& config = network_.config();
    const std::size_t d = config.d_model;
    std::vector<PointAt> wanted;
    add_layers(wanted, Point::result, config.n_layer);
    add_layers(wanted, Point::attn_out, config.n_layer);
    const PointCaptures captures = capture_points(network_, tokens(prompt), wanted, all, run_);
    double error = 0;
    for (std::size_t layer = 0; layer != config.n_layer; ++layer)
      for (std::size_t i = 0; i != captures.positions() * d; ++i) {
        double sum = double{network_.weights().blocks[layer].o.bias[i % d]};
        for (std::size_t head = 0; head != config.n_head; ++head)
          sum += double{captures(Point::result, layer)[(i / d * config.n_head + head) * d + i % d]};
        const double whole = double{captures(Point::attn_out, layer)[i]};
        error = either_greater(error, std::abs(sum - whole) / std::max(1., std::abs(whole)));
      }
    return error;
  }

  double reader_mean() const {
    double found = 0;
    const auto look = [&](const auto& w) {
      for (std::size_t column = 0; column != w.n; ++column) {
        double sum = 0;
        for (std::size_t i = 0; i != w.k; ++i) sum += double{w(i, column)};
        found = either_greater(found, std::abs(sum / static_cast<double>(w.k)));
      }
    };
    for (const auto& block : network_.weights().blocks) {
      look(block.qkv.matrix);
      if (network_.config().d_mlp != 0) look(block.in.matrix);
    }
    return found;
  }

  static bool at_last(std::size_t pos, std::size_t length) { return pos + 1 == length; }

  const Model& model_;
  const Network& network_;
  const Expectation& row_;
  RunOptions run_;
};

}  // namespace

Measured measure(const Model& model, const Expectation& row) {
  return model.with_float32([&]<class N>(const N& network) { return Measurement<N>(model, network, row)(); });
}

}  // namespace tl::app
