#pragma once
// Transcoders in a running model. One policy sees what is read and another changes what is written, so there are two,
// to be given to a run together:
//   auto [reads, writes] = splice(transcoder, {}, not_first);
//   model.loss(tokens, reads, writes);
#include <memory>
#include <tl/hooks/dynamic_hooks.hpp>
#include <tl/hooks/policy.hpp>
#include <tl/sae/splice_rows.hpp>
#include <tl/sae/transcoder.hpp>
#include <utility>

namespace TL_NAMESPACE {

namespace detail {

// What was read in a forward, on its way to where it is written: rows in the order in which both policies meet them.
template <StorageType S>
class TranscodedRows {
 public:
  TranscodedRows(const DynamicSae<S>& transcoder, FeatureEdits edits, bool error_term)
      : transcoder_(&transcoder), edits_(std::move(edits)), error_term_(error_term) {}

  // All rows of a forward, of which those count that the predicate accepts.
  template <PositionPredicate Where>
  void read(const float* x, std::size_t size, const Context& at, const Where& where) {
    const std::size_t width = at.rows() == 0 ? 0 : size / at.rows();
    chosen_.clear();
    count_ = taken_ = 0;
    for (std::size_t row = 0; row != at.rows(); ++row)
      if (accepts(where, at.position(row), at.sequence_info(row))) {
        chosen_.insert(chosen_.end(), x + row * width, x + (row + 1) * width);
        ++count_;
      }
    change_ = spliced_change(*transcoder_, edits_, error_term_, {chosen_.data(), count_, width}, {at.threads});
  }
  void write(float* y, std::size_t size, const Context& at, std::string_view point) {
    const std::size_t rows = at.rows();
    if (taken_ + rows > count_)
      throw Error("a transcoder writes at `", point, "` what was not read at `", transcoder_->config().site.hook_name,
                  "` in the same forward: a run takes both of its policies");
    apply_change(*transcoder_, change_, taken_, {y, rows, rows == 0 ? 0 : size / rows, point});
    taken_ += rows;
  }

 private:
  const DynamicSae<S>* transcoder_;
  FeatureEdits edits_;
  bool error_term_;
  std::vector<float> chosen_;
  std::size_t count_ = 0, taken_ = 0;
  SplicedChange change_;
};

// Sees every row, so that it is called once a forward; which of them count it decides itself.
template <class T, PositionPredicate Where>
struct TranscoderReads : SiteBasis<T::basis, is_residual(ref_of<T::site_in>.point)> {
  std::shared_ptr<TranscodedRows<typename T::storage_type>> rows;
  Where where;

  TranscoderReads(std::shared_ptr<TranscodedRows<typename T::storage_type>> shared, Where at_positions)
      : rows(std::move(shared)), where(std::move(at_positions)) {}
  template <class View>
  void operator()(View view, const Context& at) const {
    require_width<T::d_in, View>();
    rows->read(view.data(), view.size(), at, where);
  }
};
template <class T>
struct TranscoderWrites : SiteBasis<T::basis, is_residual(ref_of<T::site_out>.point)> {
  std::shared_ptr<TranscodedRows<typename T::storage_type>> rows;

  explicit TranscoderWrites(std::shared_ptr<TranscodedRows<typename T::storage_type>> shared)
      : rows(std::move(shared)) {}
  template <class View>
  void operator()(View view, const Context& at) const {
    require_width<T::d_out, View>();
    rows->write(view.data(), view.size(), at, T::site_out.view());
  }
};

template <class T, PositionPredicate Where>
auto spliced_transcoder(const T& transcoder, FeatureEdits edits, bool error_term, Where where) {
  auto rows = std::make_shared<TranscodedRows<typename T::storage_type>>(transcoder.dynamic_sae(), std::move(edits),
                                                                         error_term);
  return std::pair(observe<T::site_in>(TranscoderReads<T, Where>(rows, where)),
                   edit<T::site_out>(TranscoderWrites<T>(rows)).where(where));
}

}  // namespace detail

template <class T>
concept TranscoderType = requires {
  T::site_in;
  T::site_out;
};

// Replaces the values where the transcoder writes by what its features, edited first, say of those where it reads. The
// two policies share what is between them: they belong to one run at a time, and the transcoder must outlive them.
template <TranscoderType T, PositionPredicate Where = detail::All>
auto splice(const T& transcoder, FeatureEdits edits = {}, Where where = {}) {
  return detail::spliced_transcoder(transcoder, std::move(edits), false, std::move(where));
}
// Adds only what the edits change: y + (decode(edited f) - decode(f)). Without an edit that changes something every bit
// is the unspliced model's.
template <TranscoderType T, PositionPredicate Where = detail::All>
auto edit_features(const T& transcoder, FeatureEdits edits, Where where = {}) {
  return detail::spliced_transcoder(transcoder, std::move(edits), true, std::move(where));
}

// The same for hooks whose names are known at run time. The transcoder must outlive them.
template <StorageType S>
void splice_transcoder(DynamicHooks& hooks, const DynamicSae<S>& transcoder, FeatureEdits edits = {},
                       bool error_term = false, DynamicHooks::Where where = all) {
  const SaeSite& site = transcoder.config().site;
  auto rows = std::make_shared<detail::TranscodedRows<S>>(transcoder, std::move(edits), error_term);
  hooks.observe(site.hook_name, [rows, where](const DynamicView& view, const Context& at) {
    rows->read(view.data, view.size(), at, where);
  });
  hooks.edit(
      site.hook_name_out,
      [rows, point = site.hook_name_out](const DynamicView& view, const Context& at) {
        rows->write(view.data, view.size(), at, point);
      },
      where);
}

}  // namespace TL_NAMESPACE
