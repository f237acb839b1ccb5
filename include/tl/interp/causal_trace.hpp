#pragma once
// Causal tracing (Meng et al. 2022, ROME): noise on the embeddings of a subject, and which clean state, put back,
// brings the answer back.
#include <cmath>
#include <tl/core/philox.hpp>
#include <tl/interp/patching.hpp>

namespace TL_NAMESPACE {

struct CausalTraceOptions {
  Point point = Point::resid_post;  // or attn_out, mlp_out
  std::size_t window = 1;           // layers put back together, around each (the paper: 10 for attn_out and mlp_out)
  std::size_t samples = 10;         // of noise, each the same for all cells
  double noise = 3;                 // times the standard deviation of the subject's embeddings
  std::uint64_t seed = 0;
};

struct CausalTrace {
  double clean = 0, corrupted = 0;  // the metric without noise, and its mean with
  LayerPos restored;                // with the clean state put back at [layer, pos], mean over the samples
  std::size_t samples = 0;          // that ended: where progress says stop, the one that runs is left out, but for the
                                    // first, of which cells that were not run are NaN
};

// The subject is the positions [first, last]. Throws Error where they are none of the prompt or there is no sample.
template <class Model>
CausalTrace causal_trace(const Model& model, std::span<const Token> tokens, std::size_t first, std::size_t last,
                         const Metric& metric, const CausalTraceOptions& options = {}, RunOptions run = {},
                         const SweepProgress& progress = {}) {
  if (first > last || last >= tokens.size())
    throw Error("the subject is positions ", first, " to ", last, ", and the prompt has ", tokens.size());
  if (options.samples == 0 || options.window == 0)
    throw Error("a causal trace needs at least one sample and a window of one layer");
  const Config& config = model.config();
  std::vector<PointAt> wanted;
  add_layers(wanted, options.point, config.n_layer);
  const PointCaptures clean = capture_points(model, tokens, wanted, all, run);

  double sum = 0, square = 0;
  const double count = static_cast<double>((last - first + 1) * config.d_model);
  for (std::size_t p = first; p <= last; ++p)
    for (const float x : model.weights().W_E(static_cast<std::size_t>(tokens[p])).values()) {
      sum += double{x};
      square += double{x} * double{x};
    }
  const double deviation = options.noise * std::sqrt(std::max(0., square / count - sum / count * (sum / count)));

  CausalTrace trace{.restored = LayerPos(LayerPos::shape_type::of({config.n_layer, tokens.size()}))};
  trace.clean = Sweep<Model>(model, tokens, run).base(metric);
  std::vector<double> restored(trace.restored.size());
  bool stopped = false;
  for (std::size_t sample = 0; sample != options.samples && !stopped; ++sample) {
    SweepOptions noisy;
    noisy.embed = [&](std::span<float> embedding, std::size_t position) {
      if (position < first || position > last) return;
      for (std::size_t i = 0; i != embedding.size(); ++i)
        embedding[i] += static_cast<float>(deviation * normal({options.seed, sample}, position, Purpose::noise, i));
    };
    Sweep<Model> sweep(model, tokens, run, noisy);
    const double corrupted = sweep.base(metric);
    const auto put = [&](std::size_t layer) {
      return put_captured(clean.array({options.point, static_cast<int>(layer)}), options.point);
    };
    std::vector<Cell> cells;
    for (std::size_t layer = 0; layer != config.n_layer; ++layer) {
      const std::size_t low = layer < options.window / 2 ? 0 : layer - options.window / 2;
      const std::size_t high = std::min(config.n_layer, low + options.window);
      for (std::size_t p = 0; p != tokens.size(); ++p) {
        Cell cell{.point = options.point, .layer = low, .first = p, .last = p, .edit = put(low)};
        for (std::size_t more = low + 1; more < high; ++more) cell.further.push_back({more, put(more)});
        cells.push_back(std::move(cell));
      }
    }
    const auto values = sweep.run(cells, metric, [&](std::size_t done, std::size_t total) {
      stopped = progress && !progress(sample * total + done, options.samples * total);
      return !stopped;
    });
    if (stopped && sample != 0) break;
    trace.corrupted += corrupted;
    for (std::size_t i = 0; i != values.size(); ++i) restored[i] += values[i];
    ++trace.samples;
  }
  const double share = 1 / static_cast<double>(trace.samples);
  trace.corrupted *= share;
  for (std::size_t i = 0; i != restored.size(); ++i) trace.restored.data()[i] = static_cast<float>(share * restored[i]);
  return trace;
}

}  // namespace TL_NAMESPACE
