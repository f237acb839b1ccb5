#pragma once
// Rows of a hook point through an SAE: what every form of splicing does. For an SAE the rows that are read are those
// that change; for a transcoder they are of two hook points.
#include <cstddef>
#include <string_view>
#include <tl/sae/dynamic_sae.hpp>
#include <tl/sae/feature_edit.hpp>
#include <vector>

namespace TL_NAMESPACE {

// What is to become of rows of the point where an SAE writes.
struct SplicedChange {
  bool adds = false;          // scales[r] times values are added where that is not 0; else values replace the row
  std::vector<float> values;  // [rows, d_out]
  std::vector<float> scales;  // [rows] where something is added, or empty
  std::vector<FeatureEdit> projections;
};

// error_term: what the edits add, decode(edited f) - decode(f), the difference taken over the edited features only, and
// nothing for a row where none of them changed. Else decode(edited f), and of a skip transcoder x W_skip^T. Edits act
// in their order, projections last. Throws Error where the rows have another width or an edited feature does not exist.
template <StorageType S>
SplicedChange spliced_change(const DynamicSae<S>& sae, const FeatureEdits& edits, bool error_term, SaeRows x,
                             RunOptions options);

// Rows of a hook point in memory, `width` numbers each, one after another.
struct SplicedRows {
  float* data;
  std::size_t rows, width;
  std::string_view at;  // the point's name, for the Error
};

// Rows [first, first + y.rows) of the change to y. Throws Error where rows of y are not d_out wide.
template <StorageType S>
void apply_change(const DynamicSae<S>& sae, const SplicedChange& change, std::size_t first, SplicedRows y);

// Both at one place: without an edit and with the error term, or with edits that change nothing, no bit of x does. Of
// an SAE of one head (hook_head_index) that head's part of a row is spliced. Throws Error as they do, and where the SAE
// is a transcoder, which reads at one point and writes at another.
template <StorageType S>
void splice_rows(const DynamicSae<S>& sae, const FeatureEdits& edits, bool error_term, SplicedRows x,
                 RunOptions options);

}  // namespace TL_NAMESPACE

#ifdef TL_HEADER_ONLY
#include <tl/sae/splice_rows-inl.hpp>
#endif
