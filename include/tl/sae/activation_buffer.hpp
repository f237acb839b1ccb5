#pragma once
// Rows to train on, in random order: a buffer that is refilled when half of it is used, so that a batch has rows of
// many documents and of those before them. It remembers which row of which document each of its rows is; the rows
// themselves are no part of its state, for they can be read again, bit for bit.
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <tl/core/aligned_memory.hpp>
#include <tl/core/namespace.hpp>
#include <vector>

namespace TL_NAMESPACE {

// Reads documents, which are numbered without end: appends their rows [.., d] one after another and returns how many
// each has. The same number is always the same rows.
struct ActivationReader {
  std::size_t d = 0;
  std::function<std::vector<std::size_t>(std::span<const std::uint64_t> documents, AlignedVector<float>& rows)> read;
  std::size_t d_target = 0;  // for a transcoder: so many of a row's numbers, the last, are what it is to say
};

struct ActivationBufferState {
  std::uint64_t next_document = 0, fills = 0;
  std::vector<std::int64_t> documents;  // of the rows that are left, in the order they will be given out
  std::vector<std::int32_t> rows;       // the row's number within its document
  std::vector<float> first_rows;        // the first of them, [.., d], to be compared; or none
};

class ActivationBuffer {
 public:
  // Holds `capacity` rows. Throws Error where that is less than 2.
  ActivationBuffer(ActivationReader reader, std::size_t capacity, std::uint64_t seed);

  std::size_t d() const { return reader_.d; }
  std::size_t d_target() const { return reader_.d_target; }
  std::size_t capacity() const { return capacity_; }
  // The next rows into out [count, d]. Throws Error where documents have no rows, and what the reader throws.
  void next(std::size_t count, float* out);
  // Up to `count` rows as they are in the buffer, in the order they will be given out, without taking them.
  AlignedVector<float> look(std::size_t count);

  ActivationBufferState state() const;
  // Reads the rows of the state again. Throws Error where the reader has other rows now than those of the state, by
  // more than rounding, which another instruction set may do otherwise.
  void restore(const ActivationBufferState& state);

 private:
  struct Row {
    std::uint64_t document;
    std::uint32_t row;
    std::uint32_t slot;  // where it lies in values_
  };
  void fill();
  float* slot(std::size_t index) { return values_.data() + index * reader_.d; }

  ActivationReader reader_;
  std::size_t capacity_;
  std::uint64_t seed_, next_document_ = 0, fills_ = 0;
  AlignedVector<float> values_, read_;  // [capacity, d]
  std::vector<Row> left_;               // given out from the back
  std::vector<std::uint32_t> free_;
};

}  // namespace TL_NAMESPACE

#ifdef TL_HEADER_ONLY
#include <tl/sae/activation_buffer-inl.hpp>
#endif
