#pragma once
// SAEs in a running model, as hook policies: splice<...>(sae) and its kin, with .where(...) as every policy. Several
// SAEs are several policies. They are functions of the rows alone, so they may be used while generating: cached or not,
// the bits are the same.
#include <string>
#include <tl/hooks/dynamic_hooks.hpp>
#include <tl/model/config.hpp>
#include <tl/sae/sae.hpp>
#include <tl/sae/splice_rows.hpp>
#include <type_traits>
#include <utility>

namespace TL_NAMESPACE {

namespace detail {
// Held: a Sae, or a const reference to one.
template <class Held, class S = std::remove_cvref_t<Held>>
struct Splice : SiteBasis<S::basis, is_residual(ref_of<S::site>.point)> {
  Held sae;
  FeatureEdits edits;
  bool error_term;

  Splice(Held held, FeatureEdits edited, bool keeps_error)
      : sae(std::forward<Held>(held)), edits(std::move(edited)), error_term(keeps_error) {}
  template <class View>
  void operator()(View view, const Context& at) const {
    require_width<S::d_in, View>();
    splice_rows(sae.dynamic_sae(), edits, error_term,
                {view.data(), at.rows(), at.rows() == 0 ? 0 : view.size() / at.rows(), S::site.view()},
                {.threads = at.threads});
  }
};

template <class S>
auto spliced(S&& sae, FeatureEdits edits, bool error_term) {
  using Held =
      std::conditional_t<std::is_lvalue_reference_v<S>, const std::remove_reference_t<S>&, std::remove_cvref_t<S>>;
  constexpr auto site = std::remove_cvref_t<S>::site;
  return edit<site>(Splice<Held>(std::forward<S>(sae), std::move(edits), error_term));
}
}  // namespace detail

template <class S>
concept SaeType = requires {
  std::remove_cvref_t<S>::site;
};

// Replaces the values at the SAE's hook point by their reconstruction, made of features edited first. An lvalue is kept
// by reference, an rvalue moved in.
template <SaeType S>
auto splice(S&& sae, FeatureEdits edits = {}) {
  return detail::spliced(std::forward<S>(sae), std::move(edits), false);
}
// Adds only what the edits change: x + (decode(edited f) - decode(f)). Without an edit that changes something every bit
// is the unspliced model's.
template <SaeType S>
auto edit_features(S&& sae, FeatureEdits edits) {
  return detail::spliced(std::forward<S>(sae), std::move(edits), true);
}

// The same two for DynamicHooks: hooks.edit(sae.config().site.hook_name, splice_function(sae, edits), where). The SAE
// must outlive the hooks.
template <StorageType Storage>
DynamicHooks::Function splice_function(const DynamicSae<Storage>& sae, FeatureEdits edits = {},
                                       bool error_term = false) {
  return [&sae, edits = std::move(edits), error_term](const DynamicView& view, const Context& at) {
    const std::size_t rows = view.extents.front();
    splice_rows(sae, edits, error_term,
                {view.data, rows, rows == 0 ? 0 : view.size() / rows, sae.config().site.hook_name},
                {.threads = at.threads});
  };
}

// What an SAE that is known at run time only may be spliced into. Throws Error where the model has no such hook point,
// the SAE is of another residual basis, or its width is not the point's; of a transcoder for both of its points, and
// where the one that it writes comes before the one that it reads.
void check_splice(const SaeConfig& sae, const Config& model, Basis basis);

}  // namespace TL_NAMESPACE

#ifdef TL_HEADER_ONLY
#include <tl/sae/splice-inl.hpp>
#endif
