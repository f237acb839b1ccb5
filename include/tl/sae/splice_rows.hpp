#pragma once
// Rows of a hook point through an SAE, in place: what every form of splicing does.
#include <cstddef>
#include <string_view>
#include <tl/sae/dynamic_sae.hpp>
#include <tl/sae/feature_edit.hpp>

namespace TL_NAMESPACE {

// Rows of a hook point in memory, `width` numbers each, one after another.
struct SplicedRows {
  float* data;
  std::size_t rows, width;
  std::string_view at;  // the point's name, for the Error
};

// error_term: x + (decode(edited f) - decode(f)), of which the difference is taken over the edited features only and
// added only where one of them changed: without an edit, or with one that changes nothing, no bit of x does. Else
// decode(edited f). Edits act in their order, projections last. Of an SAE of one head (hook_head_index) that head's
// part of a row is spliced. Throws Error where the width is another, an edited feature does not exist, or the SAE is a
// transcoder, which reads at one point and writes at another.
template <StorageType S>
void splice_rows(const DynamicSae<S>& sae, const FeatureEdits& edits, bool error_term, SplicedRows x,
                 RunOptions options);

}  // namespace TL_NAMESPACE

#ifdef TL_HEADER_ONLY
#include <tl/sae/splice_rows-inl.hpp>
#endif
