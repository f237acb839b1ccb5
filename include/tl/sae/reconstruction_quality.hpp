#pragma once
// What replacing the values at a hook point by others costs: of an SAE's reconstructions, and of what they are compared
// with (zero, the mean, principal components), by the same rule.
#include <cstddef>
#include <functional>
#include <span>
#include <string_view>
#include <tl/hooks/dynamic_hooks.hpp>
#include <tl/model/gpt2.hpp>
#include <vector>

namespace TL_NAMESPACE {

// Writes over rows of values, as many as there are whole rows in the span.
using Reconstruct = std::function<void(std::span<float> rows, int threads)>;

// Sums are over the positions that were replaced; x is a row there and x' what it was replaced by.
struct ReconstructionQuality {
  std::size_t positions = 0;
  double fvu = 0;            // sum |x - x'|^2 / sum |x - mean of x|^2
  double cosine = 0;         // mean of <x, x'> / (|x| |x'|); 0 where one of them is
  double relative_bias = 0;  // sum |x'|^2 / sum <x, x'>: 1 where nothing shrinks
  double cross_entropy = 0;  // of the next token, mean over positions that have one, nats
  double kl = 0;             // KL(unreplaced || replaced) of the next token, mean over all, nats

  double explained_variance() const { return 1 - fvu; }
  // The share of what `worse` loses against the unreplaced model that this does not lose: 1 where nothing is lost, 0 as
  // bad as `worse`.
  double recovered_cross_entropy(const ReconstructionQuality& worse, double unreplaced) const {
    return (worse.cross_entropy - cross_entropy) / (worse.cross_entropy - unreplaced);
  }
  double recovered_kl(const ReconstructionQuality& worse) const { return (worse.kl - kl) / worse.kl; }
};

struct ReconstructionComparison {
  double cross_entropy = 0;  // of the unreplaced model at the same positions
  std::vector<ReconstructionQuality> of;
};

struct ReconstructionOptions {
  std::size_t first_position = 1;  // 1: position 0, the BOS, is neither replaced nor counted
  // Called after each document; false stops, and what was counted so far is the result.
  std::function<bool(std::size_t done, std::size_t count)> progress{};
};

namespace detail {
// Numbers of a row at the point. Throws Error where the name is of none, of several layers, or of rows without a width.
std::size_t replaceable_width(const Config& config, std::string_view hook_name);

// The sums that a ReconstructionQuality is made of.
class QualitySums {
 public:
  explicit QualitySums(std::size_t width) : width_(width), sum_(width) {}
  void add(std::span<const float> x, std::span<const float> replaced);
  ReconstructionQuality quality() const;
  double cross_entropy = 0, kl = 0;
  std::size_t predicted = 0;

 private:
  std::size_t width_, rows_ = 0;
  std::vector<double> sum_;
  double x_x_ = 0, x_r_ = 0, r_r_ = 0, error_ = 0, cosine_ = 0;
};

// What is asked of the logits of one document: log-probabilities of what follows, and the distance from other logits.
class DocumentLogits {
 public:
  DocumentLogits(std::span<const Token> tokens, std::vector<float> logits, int threads);
  // Sums over the positions from `first` on: -log p(next), and how many there are.
  double cross_entropy(std::size_t first) const;
  std::size_t predicted(std::size_t first) const { return tokens_ - std::min(tokens_, first + 1); }
  double kl_to(const DocumentLogits& other, std::size_t first, int threads) const;

 private:
  std::size_t tokens_, d_vocab_;
  std::vector<float> logits_, log_sum_, target_logit_;
};
}  // namespace detail

// Runs the model over each document (a BOS and a text, say) as it is, and once with each of the reconstructions at the
// point. Throws Error where the name is of no point or of several layers, where rows there have no fixed width, and
// where no document has a position to replace.
template <Config C, StorageType S, Basis B>
ReconstructionComparison compare_reconstructions(const Gpt2<C, S, B>& model, std::string_view hook_name,
                                                 std::span<const std::vector<Token>> documents,
                                                 std::span<const Reconstruct> reconstructions,
                                                 const ReconstructionOptions& options = {}, RunOptions run = {}) {
  const std::size_t width = detail::replaceable_width(model.config(), hook_name), first = options.first_position;
  const auto counted = [first](std::size_t position, std::size_t) { return position >= first; };
  const int threads = run.resolved_threads();
  std::vector<detail::QualitySums> sums(reconstructions.size(), detail::QualitySums(width));
  ReconstructionComparison comparison;
  std::size_t predicted = 0;

  for (std::size_t d = 0; d != documents.size(); ++d) {
    const std::span<const Token> tokens(documents[d]);
    if (tokens.size() <= first) continue;
    const auto logits_with = [&](const DynamicHooks::Function& f) {
      DynamicHooks hooks;
      if (f) hooks.edit(hook_name, f, counted);
      const auto logits = model(tokens, run, hooks);
      return detail::DocumentLogits(tokens, {logits.values().begin(), logits.values().end()}, threads);
    };
    const detail::DocumentLogits own = logits_with({});
    comparison.cross_entropy += own.cross_entropy(first);
    predicted += own.predicted(first);
    for (std::size_t i = 0; i != reconstructions.size(); ++i) {
      const detail::DocumentLogits other = logits_with([&](const DynamicView& view, const Context& at) {
        const std::span<float> rows(view.data, view.size());
        const std::vector<float> x(rows.begin(), rows.end());
        reconstructions[i](rows, at.threads);
        sums[i].add(x, rows);
      });
      sums[i].cross_entropy += other.cross_entropy(first);
      sums[i].predicted += other.predicted(first);
      sums[i].kl += own.kl_to(other, first, threads);
    }
    if (options.progress && !options.progress(d + 1, documents.size())) break;
  }
  if (predicted == 0) throw Error("there is nothing to replace: no document has a token after position ", first);
  comparison.cross_entropy /= static_cast<double>(predicted);
  for (const detail::QualitySums& each : sums) comparison.of.push_back(each.quality());
  return comparison;
}

}  // namespace TL_NAMESPACE

#ifdef TL_HEADER_ONLY
#include <tl/sae/reconstruction_quality-inl.hpp>
#endif
