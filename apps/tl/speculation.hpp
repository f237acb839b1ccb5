#pragma once
// Speculation on the command line: which draft, which tree, which rule.
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <tl/hooks/dynamic_hooks.hpp>
#include <tl/speculation/speculate.hpp>
#include <vector>

#include "model.hpp"
#include "options.hpp"

namespace tl::app {

// One step of a text, whatever the kind of its tree: nodes, the draft's probability of each path, and the nodes that
// were accepted, the root first. What was drawn behind the last of them is the bonus.
struct SpeculatedStep {
  std::size_t text, position;  // of the root
  std::vector<TreeNode> nodes;
  std::vector<double> confidence;
  std::vector<std::size_t> path;
  Token bonus;
};

class SpeculationOptions {
 public:
  void declare(Options& options);
  // Whether any of the options but --speculate itself was given.
  bool given() const { return !draft_.empty() || !tree_.empty() || !rule_.empty() || !head_.empty(); }

  // The prompts continued as generate() does. Throws Error as speculate() does and where an option is bad.
  Speculation<RunOf<dynamic_gpt2, DynamicHooks&>> run(const Model& model, std::span<const Prompt> prompts,
                                                      const GenerateOptions& generate, const Sampler& pick,
                                                      const OnToken& on_token,
                                                      const std::function<void(SpeculatedStep)>& on_step,
                                                      DynamicHooks& hooks) const;

 private:
  std::vector<std::string> draft_, tree_, rule_, head_;  // one of each, or none
};

// What came of it in a sentence: whether drafts paid, and what was done about it.
std::string verdict(double tokens_per_step, const Payoff& payoff);

}  // namespace tl::app
