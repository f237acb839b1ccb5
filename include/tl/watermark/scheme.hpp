#pragma once
// A watermark's scheme: what its generator and its detector have in common. Both are made of the same value, so they
// cannot disagree.
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <tl/core/error.hpp>
#include <tl/watermark/green_list.hpp>
#include <tl/watermark/seeding.hpp>

namespace TL_NAMESPACE {

// Every token is biased and scored.
struct NoGate {};

// Only tokens before which the model's distribution has an entropy above the threshold are biased, and scored: where
// one continuation is all but certain a bias does nothing, or harm (SWEET: Lee et al., "Who wrote this code?
// Watermarking for code generation", 2024). A detector then needs those entropies, and with them the model.
class EntropyGate {
 public:
  // In nats. Throws Error unless the threshold is 0 or more.
  explicit EntropyGate(double threshold) : threshold_(threshold) {
    if (!(threshold >= 0)) throw Error("the entropy threshold is ", threshold, " nats: it must be 0 or more");
  }
  double threshold() const { return threshold_; }
  bool open(double entropy) const { return entropy > threshold_; }

 private:
  double threshold_;
};

template <class G>
concept WatermarkGate =
    std::same_as<G, NoGate> || std::same_as<G, EntropyGate> || std::same_as<G, std::optional<EntropyGate>>;

// WatermarkScheme{key, LeftHash<1>{}, BernoulliList{0.25}}. Whoever has the key can detect the watermark, forge it and
// remove it.
template <Seeding S, GreenList L, WatermarkGate G = NoGate>
struct WatermarkScheme {
  std::uint64_t key;
  S seeding;
  L list;
  G gate{};

  static constexpr bool may_be_gated = !std::same_as<G, NoGate>;

  double gamma() const { return list.gamma(); }
  // Tokens before a candidate that its colour depends on. Where there are fewer a token is neither biased nor scored.
  std::size_t width() const { return seeding.width(); }
  ContextSeed after(std::span<const Token> context) const { return seeding.after(key, context); }
  bool green(const ContextSeed& after, Token candidate) const {
    return list.contains(key, after(candidate), candidate);
  }
  // The gate's threshold, where there is a gate.
  std::optional<EntropyGate> entropy_gate() const {
    if constexpr (may_be_gated) return gate;
    else return std::nullopt;
  }
};

template <Seeding S, GreenList L>
WatermarkScheme(std::uint64_t, S, L) -> WatermarkScheme<S, L>;
template <Seeding S, GreenList L, WatermarkGate G>
WatermarkScheme(std::uint64_t, S, L, G) -> WatermarkScheme<S, L, G>;

template <class S>
concept AnyWatermarkScheme = requires(const S& scheme, std::span<const Token> context, Token candidate) {
  []<Seeding A, GreenList B, WatermarkGate C>(const WatermarkScheme<A, B, C>&) {}(scheme);
};

// Everything chosen at run time, as by a command line; list for list the typed schemes.
using DynamicWatermarkScheme = WatermarkScheme<DynamicSeeding, DynamicList, std::optional<EntropyGate>>;

enum class GreenListKind { bernoulli, exact };
inline constexpr std::array<std::string_view, 2> green_list_names{"bernoulli", "exact"};
constexpr std::string_view name(GreenListKind kind) { return green_list_names[static_cast<std::size_t>(kind)]; }

struct WatermarkOptions {
  SeedingKind seeding = SeedingKind::left_hash;
  std::size_t width = 1;
  GreenListKind list = GreenListKind::bernoulli;
  double gamma = .25;
  std::optional<double> entropy_threshold{};

  // d_vocab is the model's, of which an exact list has a share. Throws Error as the parts do.
  DynamicWatermarkScheme scheme(std::uint64_t key, std::size_t d_vocab) const {
    return {.key = key,
            .seeding = {seeding, width},
            .list = list == GreenListKind::exact ? DynamicList(ExactList(gamma, d_vocab)) : BernoulliList(gamma),
            .gate = entropy_threshold ? std::optional(EntropyGate(*entropy_threshold)) : std::nullopt};
  }
};

}  // namespace TL_NAMESPACE
