#pragma once
// Green lists guessed from texts, without the key.
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <tl/core/error.hpp>
#include <tl/core/token.hpp>
#include <tl/decode/stage.hpp>
#include <unordered_map>
#include <utility>

namespace TL_NAMESPACE {

// What comes more often in marked texts than in others, behind the same token (width 1: a left hash of one token) or
// anywhere (width 0: Unigram), is green. Wider contexts come back too seldom to be counted.
class StolenList {
 public:
  // Throws Error where the width is another.
  explicit StolenList(std::size_t width) : width_(width) {
    if (width > 1) throw Error("lists behind ", width, " tokens cannot be counted: 0 or 1 can");
  }

  std::size_t width() const { return width_; }
  // Each text is added to what was seen.
  void see_marked(std::span<const Token> text) { see(text, 0); }
  void see_plain(std::span<const Token> text) { see(text, 1); }

  // Whether a token behind a context [width] is green, where the ratio of its shares in marked and other texts, each
  // count half a token more, differs from 1 by that many standard errors of its logarithm; none where it does not.
  std::optional<bool> green(std::span<const Token> context, Token token, double standard_errors = 1) const {
    const auto count = counts_.find(name(context, token)), of_context = totals_.find(name(context, 0));
    if (count == counts_.end()) return std::nullopt;
    const auto [marked, plain] = count->second;
    const auto [all_marked, all_plain] = of_context->second;
    if (all_marked == 0 || all_plain == 0) return std::nullopt;
    const double ratio = std::log((marked + .5) / (all_marked + 1.)) - std::log((plain + .5) / (all_plain + 1.));
    const double error = std::sqrt(1 / (marked + .5) + 1 / (plain + .5));
    if (std::abs(ratio) < standard_errors * error) return std::nullopt;
    return ratio > 0;
  }

 private:
  using Counts = std::array<std::uint32_t, 2>;  // marked, plain

  std::uint64_t name(std::span<const Token> context, Token token) const {
    const auto before = width_ == 0 ? 0u : static_cast<std::uint32_t>(context.back());
    return std::uint64_t{before} << 32 | static_cast<std::uint32_t>(token);
  }
  void see(std::span<const Token> text, std::size_t which) {
    for (std::size_t i = width_; i < text.size(); ++i) {
      const auto context = text.subspan(i - width_, width_);
      ++counts_[name(context, text[i])][which];
      ++totals_[name(context, 0)][which];
    }
  }

  std::size_t width_;
  std::unordered_map<std::uint64_t, Counts> counts_, totals_;
};

// The stolen list turned against the watermark: `strength` is taken off the logits of tokens that are thought green.
// Stands behind the stage that writes the watermark; without that stage and of a negative strength it forges one.
class StolenBias {
 public:
  static constexpr StageKind kind = StageKind::adjusts_logits;

  // Throws Error unless the strength is finite.
  StolenBias(StolenList list, double strength, double standard_errors = 1)
      : list_(std::make_shared<const StolenList>(std::move(list))),
        strength_(static_cast<float>(strength)),
        standard_errors_(standard_errors) {
    if (!std::isfinite(strength)) throw Error("the strength of a stolen bias is ", strength, ": it must be finite");
  }

  void operator()(std::span<float> logits, const StepContext& context) const {
    if (context.history.size() < list_->width()) return;
    const auto before = context.history.last(list_->width());
    for (std::size_t i = 0; i != logits.size(); ++i)
      if (list_->green(before, static_cast<Token>(i), standard_errors_).value_or(false)) logits[i] -= strength_;
  }

 private:
  std::shared_ptr<const StolenList> list_;
  float strength_;
  double standard_errors_;
};

}  // namespace TL_NAMESPACE
