#pragma once
// How the children of a node of a token tree came to be. It is part of a tree's type, for it decides how they may be
// verified: what is exact for one kind is biased for another.
#include <concepts>
#include <tl/core/namespace.hpp>

namespace TL_NAMESPACE {

// Drawn from the draft model's distribution q, each from what the ones before have left of it (Chen et al., "Sequoia",
// 2024). Never twice the same, and where q has no more tokens any other.
struct SampledWithoutReplacement {};

// Drawn from q, each from all of it, so perhaps several times the same (Miao et al., "SpecInfer", 2024).
struct SampledIndependently {};

// Chosen, not drawn: the most probable tokens of a draft, or what followed the same words before (Li et al., "EAGLE",
// 2024).
struct Deterministic {};

template <class P>
concept SampledProposal = std::same_as<P, SampledWithoutReplacement> || std::same_as<P, SampledIndependently>;
template <class P>
concept Proposal = SampledProposal<P> || std::same_as<P, Deterministic>;

}  // namespace TL_NAMESPACE
