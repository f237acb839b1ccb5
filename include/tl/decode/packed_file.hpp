#pragma once
// Weights as the kernels read them, in a file that is mapped and used where it lies: what `tl pack` writes beside a
// checkpoint. It belongs to one version of this format, one storage, one configuration and one checkpoint.
#include <cstdint>
#include <memory>
#include <string>
#include <tl/core/namespace.hpp>
#include <tl/io/hugging_face.hpp>
#include <tl/model/weights.hpp>

namespace TL_NAMESPACE {

// What a packed file was made of and what it holds; the first bytes of the file.
struct PackedHeader {
  char magic[8] = {'t', 'l', ' ', 'p', 'a', 'c', 'k', '\n'};
  std::uint32_t version = 1;
  char storage[12] = {};
  std::uint64_t n_layer = 0, n_head = 0, d_model = 0, d_head = 0, d_mlp = 0, n_ctx = 0, d_vocab = 0;
  std::uint32_t activation = 0, norm = 0, tied_unembed = 0, has_b_u = 0;
  double layer_norm_epsilon = 0;
  std::uint64_t checkpoint = 0;          // io::CheckpointFolder::fingerprint
  std::uint64_t bytes = 0, checksum = 0;  // of the arrays

  friend bool operator==(const PackedHeader&, const PackedHeader&) = default;
};

namespace detail {
// The header of a file for this storage, configuration and checkpoint, but for its arrays.
PackedHeader packed_header(const Config& config, std::string_view storage, bool has_b_u, std::uint64_t checkpoint);
// Of each 16 MiB piece, and of these: all threads read.
std::uint64_t packed_checksum(std::span<const std::byte> bytes, int threads);
// The arrays of a mapped file. Throws Error, one sentence, where its header is not the one expected, or the arrays are
// not what was written.
std::span<const std::byte> packed_arrays(const io::MappedFile& file, PackedHeader expected, int threads);
void write_packed(const std::string& path, PackedHeader header, std::span<const std::span<const std::byte>> arrays);
}  // namespace detail

// Where load() looks for a packed file of a folder: packed-float32.tl and so on.
std::string packed_path(const std::string& folder, std::string_view storage);

// Throws Error where the file cannot be written; what was there stays then.
template <Config C, StorageType S>
void save_packed(const Weights<C, S>& weights, const Config& config, const io::CheckpointFolder& checkpoint) {
  std::vector<std::span<const std::byte>> arrays;
  weights.for_each_array([&](const auto* p, std::size_t n) { arrays.push_back(std::as_bytes(std::span(p, n))); });
  detail::write_packed(
      packed_path(checkpoint.folder(), storage_name<S>),
      detail::packed_header(config, storage_name<S>, weights.b_u != nullptr, checkpoint.fingerprint()), arrays);
}

// The weights of a packed file that belongs to the checkpoint.
template <Config C, StorageType S>
Weights<C, S> open_packed(const std::string& path, const io::CheckpointFolder& checkpoint, int threads) {
  const auto file = std::make_shared<const io::MappedFile>(path);
  const bool has_b_u = checkpoint.has("lm_head.bias");
  const auto bytes = detail::packed_arrays(
      *file, detail::packed_header(checkpoint.config(), storage_name<S>, has_b_u, checkpoint.fingerprint()), threads);
  std::size_t at = 0;
  const auto take = [&](std::size_t size) {
    if (size > bytes.size() - at) throw Error("'", path, "' is too short for its model: run `tl pack` again");
    const std::byte* const found = bytes.data() + at;
    at = std::min(bytes.size(), (at + size + cache_line - 1) / cache_line * cache_line);
    return found;
  };
  return Weights<C, S>(checkpoint.config(), has_b_u, file, bytes.size(), [&]<class T>(std::size_t count) {
    return reinterpret_cast<const T*>(take(count * sizeof(T)));
  });
}

}  // namespace TL_NAMESPACE

#ifdef TL_HEADER_ONLY
#include <tl/decode/packed_file-inl.hpp>
#endif
