#pragma once
// A sampling pipeline as a list of types: stages that map logits to logits, in an order that the compiler checks, and
// a draw. `Pipeline pick{RepetitionPenalty{1.1}, Temperature{0.8}, TopP{0.9}, Multinomial{}};`
#include <array>
#include <cstddef>
#include <span>
#include <tl/decode/draw.hpp>
#include <tl/decode/logits.hpp>
#include <tl/decode/stage.hpp>
#include <tl/decode/token_picker.hpp>
#include <tuple>
#include <type_traits>
#include <utility>

namespace TL_NAMESPACE {

namespace detail {
template <class... Parts>
struct PartList {
  static constexpr std::size_t stages = sizeof...(Parts) - (sizeof...(Parts) != 0);
  static constexpr std::array<bool, sizeof...(Parts)> stage{LogitStage<Parts>...}, draw{TokenDraw<Parts>...};

  static constexpr bool knows_distribution = (KnowsDistribution<Parts> || ...);

  static constexpr bool ends_in_draw() { return sizeof...(Parts) != 0 && draw[stages]; }
  static constexpr bool stages_before() {
    for (std::size_t i = 0; i != stages; ++i)
      if (!stage[i]) return false;
    return true;
  }
  // No part of kind `later` stands before one of kind `earlier`.
  static constexpr bool ordered(StageKind earlier, StageKind later) {
    bool seen = false, good = true;
    const auto look = [&]<class Part>(std::type_identity<Part>) {
      if constexpr (LogitStage<Part>) {
        good &= !(Part::kind == earlier && seen);
        seen |= Part::kind == later;
      }
    };
    (look(std::type_identity<Parts>{}), ...);
    return good;
  }
};
}  // namespace detail

template <class... Parts>
class Pipeline {
  using List = detail::PartList<Parts...>;
  static_assert(
      List::ends_in_draw(),
      "tl: a pipeline ends in its draw: Greedy or Multinomial stands last, or one of your own whose operator() "
      "const takes the logits, a StepContext and, where it names a purpose, the RandomNumbers of that purpose");
  static_assert(List::stages_before(),
                "tl: all parts of a pipeline but the last are stages: a StageKind named kind, and "
                "void operator()(std::span<float> logits, const StepContext&) const");
  static_assert(List::ordered(StageKind::adjusts_logits, StageKind::temperature) &&
                    List::ordered(StageKind::adjusts_logits, StageKind::truncates),
                "tl: a bias, a penalty or a watermark stands before the temperature and before truncation: it works on "
                "the model's own logits over all tokens");
  static_assert(
      List::ordered(StageKind::temperature, StageKind::truncates),
      "tl: the temperature stands before top-k, top-p and min-p: they truncate the distribution that is drawn");
  static_assert(List::ordered(StageKind::temperature, StageKind::temperature),
                "tl: a pipeline has one temperature, fixed or dynamic: a second would scale logits that are scaled "
                "already, and measure their entropy instead of the model's");

 public:
  constexpr explicit Pipeline(Parts... parts) : parts_(std::move(parts)...) {}

  // The stages alone, in order: logits [d_vocab] become those of the distribution that is drawn from.
  // Throws Error where a logit is NaN or +inf, naming the position, and as the stages do.
  void shape(std::span<float> logits, const StepContext& context) const {
    check_logits(logits, context);
    [&]<std::size_t... I>(std::index_sequence<I...>) { (std::get<I>(parts_)(logits, context), ...); }
    (std::make_index_sequence<List::stages>());
  }

  // Shapes the logits, in place, and draws with random numbers of the sequence's key, which the draw alone is given: a
  // number cannot be used twice. Throws Error also where no token is left.
  Token operator()(std::span<float> logits, const StepContext& context, RandomKey key = {}) const {
    shape(logits, context);
    return draw_token(std::get<List::stages>(parts_), logits, context, key);
  }

  // Shapes the logits, in place, and writes the distribution that is drawn from, up to a factor. Throws Error as the
  // draw does.
  void distribution(std::span<float> logits, const StepContext& context,
                    std::span<double> weights) const requires List::knows_distribution {
    shape(logits, context);
    std::get<List::stages>(parts_).distribution(logits, context, weights);
  }

 private:
  std::tuple<Parts...> parts_;
};

}  // namespace TL_NAMESPACE
