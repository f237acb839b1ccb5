#pragma once
// Tensors of a source into the form that the kernels read. A source that has a tensor in memory (a mapped checkpoint)
// is read in place, panel by panel, by all threads; nothing of it is kept.
#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstring>
#include <initializer_list>
#include <limits>
#include <string>
#include <tl/core/error.hpp>
#include <tl/kernels/packed_matrix.hpp>
#include <tl/kernels/parallel.hpp>
#include <tl/model/weight_source.hpp>
#include <tl/model/weight_storage.hpp>
#include <vector>

namespace TL_NAMESPACE {

// Every call throws Error naming the tensor where one holds NaN or infinity.
template <StorageType S>
class WeightPacker {
 public:
  // Both must outlive the packer.
  WeightPacker(WeightSource& source, WeightStorage& storage, int threads)
      : source_(source), storage_(storage), threads_(threads) {}

  // [n] as floats.
  const float* vector(const std::string& name, std::size_t n) { return floats(name, {n}, n); }
  // [rows, width] as floats, row-major.
  const float* table(const std::string& name, std::size_t rows, std::size_t width) {
    return floats(name, {rows, width}, rows * width);
  }
  // A stored [k, n], and the transpose of a stored [n, k].
  kernels::PackedMatrix<S> matrix(const std::string& name, std::size_t k, std::size_t n) {
    return packed(name, {k, n}, k, n, false);
  }
  kernels::PackedMatrix<S> transposed(const std::string& name, std::size_t k, std::size_t n) {
    return packed(name, {n, k}, k, n, true);
  }

 private:
  static constexpr std::size_t piece = 1 << 16;  // elements of a table that a thread converts at a time

  StoredWeights open(const std::string& name, std::initializer_list<std::size_t> shape, std::size_t size) {
    const std::span<const std::size_t> extents(shape.begin(), shape.size());
    if (const auto stored = source_.stored(name, extents)) return *stored;
    staging_.resize(size);
    source_.read(name, extents, staging_.data());
    return {reinterpret_cast<const std::byte*>(staging_.data()), sizeof(float),
            [](const std::byte* from, std::size_t count, float* to) { std::memcpy(to, from, count * sizeof(float)); }};
  }
  void close(const std::string& name) {
    source_.done(name);
    std::vector<float>().swap(staging_);
    const std::size_t bad = not_finite_.exchange(none);
    if (bad != none) throw Error("tensor `", name, "` holds a value that is not finite", std::same_as<S, bf16> ? " in bfloat16" : "", ", at element ", bad);
  }
  // Elements [first, first + count) to `to`, checked.
  void convert(const StoredWeights& from, std::size_t first, std::size_t count, float* to) {
    from.to_float(from.bytes + first * from.element_size, count, to);
    bool finite = true;
    for (std::size_t i = 0; i != count; ++i) finite &= std::abs(to[i]) <= greatest;
    if (finite) return;
    const auto bad = first + static_cast<std::size_t>(
                                 std::find_if(to, to + count, [](float x) { return !(std::abs(x) <= greatest); }) - to);
    std::size_t known = not_finite_.load();
    while (bad < known && !not_finite_.compare_exchange_weak(known, bad)) {
    }
  }

  const float* floats(const std::string& name, std::initializer_list<std::size_t> shape, std::size_t size) {
    const StoredWeights from = open(name, shape, size);
    float* out = storage_.template take<float>(size);
    kernels::parallel_for((size + piece - 1) / piece, threads_, [&](std::size_t i, int) {
      convert(from, i * piece, std::min(piece, size - i * piece), out + i * piece);
    });
    close(name);
    return out;
  }

  kernels::PackedMatrix<S> packed(const std::string& name, std::initializer_list<std::size_t> shape, std::size_t k,
                                  std::size_t n, bool is_transposed) {
    if (std::same_as<S, int8> && k > kernels::most_int8_rows)
      throw Error("tensor `", name, "` has ", k, " inputs, and int8 layers take at most ", kernels::most_int8_rows,
                  ": load it as bfloat16 or float32");
    const StoredWeights from = open(name, shape, k * n);
    S* panels = storage_.template take<S>(kernels::packed_size<S>(k, n));
    float* scale = std::same_as<S, int8> ? storage_.template take<float>(n) : nullptr;
    constexpr std::size_t width = kernels::panel_width;
    std::vector<std::vector<float>> columns(static_cast<std::size_t>(threads_));  // of one panel, a thread
    kernels::parallel_for((n + width - 1) / width, threads_, [&](std::size_t panel, int thread) {
      const std::size_t first = panel * width, count = std::min(width, n - first);
      std::vector<float>& staged = columns[static_cast<std::size_t>(thread)];
      staged.resize(k * width);
      if (is_transposed) convert(from, first * k, count * k, staged.data());
      else
        for (std::size_t row = 0; row != k; ++row) convert(from, row * n + first, count, staged.data() + row * count);
      kernels::pack(staged.data(), is_transposed ? 1 : count, is_transposed ? k : 1, k, count,
                    panels + first * kernels::panel_rows<S>(k), scale ? scale + first : nullptr, 1);
    });
    close(name);
    return {panels, k, n, scale};
  }

  static constexpr std::size_t none = static_cast<std::size_t>(-1);
  // What does not become infinite: bf16 rounds up from half a step above its own greatest number.
  static constexpr float greatest =
      std::same_as<S, bf16> ? std::bit_cast<float>(0x7f7f7fffu) : std::numeric_limits<float>::max();
  WeightSource& source_;
  WeightStorage& storage_;
  int threads_;
  std::vector<float> staging_;                  // of a source that only reads
  std::atomic<std::size_t> not_finite_ = none;  // the first such element of the tensor being read
};

}  // namespace TL_NAMESPACE
