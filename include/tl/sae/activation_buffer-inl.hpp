#pragma once
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <tl/core/error.hpp>
#include <tl/core/philox.hpp>
#include <tl/sae/activation_buffer.hpp>

namespace TL_NAMESPACE {

namespace detail {
// Documents that are read in one go: enough rows for matrix products to be efficient.
inline constexpr std::size_t documents_at_once = 16;
// Rows that a state keeps, and how far what is read again may be off, as a share of the greatest value.
inline constexpr std::size_t rows_kept = 16;
inline constexpr float off_by_rounding = 1e-3f;
}  // namespace detail

TL_INLINE ActivationBuffer::ActivationBuffer(ActivationReader reader, std::size_t capacity, std::uint64_t seed)
    : reader_(std::move(reader)), capacity_(capacity), seed_(seed) {
  if (capacity < 2) throw Error("a buffer of ", capacity, " rows cannot mix them: give it 2 or more");
  values_.resize(capacity * reader_.d);
  free_.resize(capacity);
  std::iota(free_.rbegin(), free_.rend(), 0u);
}

TL_INLINE void ActivationBuffer::fill() {
  std::vector<std::uint64_t> documents(detail::documents_at_once);
  std::size_t barren = 0;
  while (!free_.empty()) {
    std::iota(documents.begin(), documents.end(), next_document_);
    read_.clear();
    const std::vector<std::size_t> counts = reader_.read(documents, read_);
    const float* from = read_.data();
    barren = read_.empty() ? barren + documents.size() : 0;
    if (barren >= 4096) throw Error("of ", barren, " documents in a row none has an activation to train on");
    for (std::size_t i = 0; i != documents.size() && !free_.empty(); ++i) {
      ++next_document_;
      for (std::size_t row = 0; row != counts[i]; ++row, from += reader_.d) {
        if (free_.empty()) break;  // the rest of the document is left out
        left_.push_back({documents[i], static_cast<std::uint32_t>(row), free_.back()});
        std::copy_n(from, reader_.d, slot(free_.back()));
        free_.pop_back();
      }
    }
  }
  // Fisher and Yates' shuffle. The numbers of fill f are a stream of their own.
  const RandomKey key{seed_, fills_++};
  for (std::size_t i = left_.size(); i > 1; --i) {
    const PhiloxCounter bits = random_bits(key, 0, Purpose::data, i);
    const std::uint64_t wide = std::uint64_t{bits[1]} << 32 | bits[0];
    std::swap(left_[i - 1], left_[wide % i]);
  }
}

TL_INLINE void ActivationBuffer::next(std::size_t count, float* out) {
  for (std::size_t i = 0; i != count; ++i, out += reader_.d) {
    if (left_.size() <= capacity_ / 2) fill();
    const Row row = left_.back();
    left_.pop_back();
    free_.push_back(row.slot);
    std::copy_n(slot(row.slot), reader_.d, out);
  }
}

TL_INLINE AlignedVector<float> ActivationBuffer::look(std::size_t count) {
  if (left_.size() <= capacity_ / 2) fill();
  count = std::min(count, left_.size());
  AlignedVector<float> rows(count * reader_.d);
  for (std::size_t i = 0; i != count; ++i)
    std::copy_n(slot(left_[left_.size() - 1 - i].slot), reader_.d, rows.data() + i * reader_.d);
  return rows;
}

TL_INLINE ActivationBufferState ActivationBuffer::state() const {
  ActivationBufferState state{next_document_, fills_, {}, {}, {}};
  for (auto row = left_.rbegin(); row != left_.rend(); ++row) {
    state.documents.push_back(static_cast<std::int64_t>(row->document));
    state.rows.push_back(static_cast<std::int32_t>(row->row));
    if (state.rows.size() > detail::rows_kept) continue;
    const float* const from = values_.data() + row->slot * reader_.d;
    state.first_rows.insert(state.first_rows.end(), from, from + reader_.d);
  }
  return state;
}

TL_INLINE void ActivationBuffer::restore(const ActivationBufferState& state) {
  const std::size_t count = state.documents.size();
  if (state.rows.size() != count || count > capacity_)
    throw Error("a buffer of ", capacity_, " rows cannot take back ", count, " rows");
  next_document_ = state.next_document, fills_ = state.fills;
  left_.clear();
  free_.clear();
  for (std::size_t i = capacity_; i-- != count;) free_.push_back(static_cast<std::uint32_t>(i));
  std::map<std::uint64_t, std::vector<std::size_t>> wanted;  // of each document, places in the state
  for (std::size_t i = 0; i != count; ++i) wanted[static_cast<std::uint64_t>(state.documents[i])].push_back(i);
  std::vector<std::uint64_t> documents;
  for (auto next = wanted.begin(); next != wanted.end();) {
    documents.clear();
    for (; next != wanted.end() && documents.size() != detail::documents_at_once; ++next)
      documents.push_back(next->first);
    read_.clear();
    const std::vector<std::size_t> counts = reader_.read(documents, read_);
    const float* from = read_.data();
    for (std::size_t i = 0; i != documents.size(); from += counts[i] * reader_.d, ++i)
      for (const std::size_t place : wanted[documents[i]]) {
        const auto row = static_cast<std::size_t>(state.rows[place]);
        if (row >= counts[i])
          throw Error("document ", documents[i], " has ", counts[i], " rows and the state of a buffer has its row ",
                      row, ": the text or the model is another");
        std::copy_n(from + row * reader_.d, reader_.d, slot(place));
      }
  }
  if (state.first_rows.size() > count * reader_.d)
    throw Error("the state of a buffer has ", state.first_rows.size(), " numbers of ", count, " rows");
  float greatest = 0, off = 0;
  for (std::size_t i = 0; i != state.first_rows.size(); ++i) {
    greatest = std::max(greatest, std::fabs(state.first_rows[i]));
    off = std::max(off, std::fabs(values_[i] - state.first_rows[i]));
  }
  if (!(off <= detail::off_by_rounding * greatest))
    throw Error("the activations are not those of the state of a buffer: the text or the model is another");
  for (std::size_t i = count; i-- != 0;)
    left_.push_back({static_cast<std::uint64_t>(state.documents[i]), static_cast<std::uint32_t>(state.rows[i]),
                     static_cast<std::uint32_t>(i)});
}

}  // namespace TL_NAMESPACE
