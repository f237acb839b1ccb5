#pragma once
// Whether drafts pay, as measured while a text is generated.
#include <algorithm>
#include <cstddef>
#include <span>
#include <tl/speculation/pass_costs.hpp>
#include <tl/speculation/token_tree.hpp>
#include <vector>

namespace TL_NAMESPACE {

// Decides step by step whether to ask the draft, and how many nodes of a tree to run. It begins with steps without
// drafts, which tell t(1); times are those that a step takes where nothing comes between. Where a number of steps with
// drafts took longer than their tokens would have taken without, it does without for a while, the longer the more often
// that happened.
class Payoff {
 public:
  const PassCosts& costs() const { return costs_; }
  // Steps with and without drafts; how often the draft was turned off; seconds that it took.
  std::size_t drafted() const { return drafted_; }
  std::size_t plain() const { return plain_; }
  std::size_t turned_off() const { return turned_off_; }
  double draft_seconds() const { return draft_seconds_; }
  // How many times as long the tokens of the steps with drafts would have taken without; 1 where none was drafted.
  double speedup() const { return spent_ > 0 ? worth_ / spent_ : 1; }

  bool wants_draft() const { return plain_ >= first_plain && pause_ == 0; }

  // How many nodes of a tree, the root included, give the most tokens for the time, where `texts` trees run in a pass;
  // its confidences are taken for as much as such confidences came to before.
  std::size_t best_size(const TokenTree<Deterministic>& tree, std::size_t texts) {
    confidences_.clear();
    for (std::size_t node = 1; node < tree.size(); ++node) confidences_.push_back(tree.confidence(node));
    std::ranges::sort(confidences_, std::ranges::greater{});
    const double trust = std::min(1.0, kept_ / promised_);
    const double draft = draft_.median();
    double promised = 0, best_promised = 0, best_rate = 1 / (draft + costs_.seconds(texts));
    std::size_t best = 1;
    for (std::size_t i = 0; i != confidences_.size(); ++i) {
      promised += confidences_[i];
      const double rate = (1 + trust * promised) / (draft + costs_.seconds(texts * (i + 2)));
      if (rate > best_rate) best_rate = rate, best = i + 2, best_promised = promised;
    }
    promised_ += best_promised;
    return best;
  }

  // A step of `texts` texts that committed `tokens`: the draft took draft_seconds, the pass over `rows` rows seconds.
  void add(bool drafted, std::size_t texts, std::size_t rows, std::size_t tokens, double draft_seconds,
           double seconds) {
    costs_.add(rows, seconds);
    if (!drafted) {
      ++plain_;
      pause_ -= pause_ != 0;
      return;
    }
    ++drafted_;
    draft_seconds_ += draft_seconds;
    draft_.add(draft_seconds);
    kept_ = memory * kept_ + static_cast<double>(tokens - texts), promised_ *= memory;
    if (!costs_.known(texts)) return;  // what it is worth is not known
    const double worth = static_cast<double>(tokens) / static_cast<double>(texts) * costs_.seconds(texts);
    const double spent = draft_.median() + costs_.seconds(rows);
    worth_ += worth, spent_ += spent;
    recent_worth_ += worth, recent_spent_ += spent;
    if (++recent_ != window) return;
    if (recent_spent_ > tolerance * recent_worth_) pause_ = first_pause << std::min<std::size_t>(turned_off_++, 5);
    recent_ = 0, recent_worth_ = 0, recent_spent_ = 0;
  }

 private:
  static constexpr std::size_t first_plain = 2, window = 8, first_pause = 32;
  static constexpr double tolerance = 1.03, memory = 0.98;

  PassCosts costs_;
  LatestSeconds draft_;
  std::size_t drafted_ = 0, plain_ = 0, turned_off_ = 0, pause_ = 0, recent_ = 0;
  double draft_seconds_ = 0, worth_ = 0, spent_ = 0, recent_worth_ = 0, recent_spent_ = 0;
  double promised_ = 4, kept_ = 4;   // drafts, by confidence and as accepted, of late
  std::vector<double> confidences_;  // scratch
};

}  // namespace TL_NAMESPACE
