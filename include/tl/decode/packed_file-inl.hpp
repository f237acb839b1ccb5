#pragma once
#include <algorithm>
#include <cstring>
#include <filesystem>
#include <tl/core/error.hpp>
#include <tl/io/output_file.hpp>
#include <tl/decode/packed_file.hpp>
#include <tl/io/xxh64.hpp>
#include <tl/kernels/parallel.hpp>
#include <vector>

namespace TL_NAMESPACE {

namespace detail {

inline constexpr std::size_t packed_start = 4096;  // of the arrays in the file: a page, so that they are aligned
inline constexpr std::size_t checksum_piece = 16 << 20;

TL_INLINE PackedHeader packed_header(const Config& config, std::string_view storage, bool has_b_u,
                                     std::uint64_t checkpoint) {
  PackedHeader header;
  std::copy_n(storage.data(), std::min(storage.size(), sizeof header.storage), header.storage);
  header.n_layer = config.n_layer, header.n_head = config.n_head;
  header.d_model = config.d_model, header.d_head = config.d_head, header.d_mlp = config.d_mlp;
  header.n_ctx = config.n_ctx, header.d_vocab = config.d_vocab;
  header.activation = static_cast<std::uint32_t>(config.activation);
  header.norm = static_cast<std::uint32_t>(config.norm);
  header.tied_unembed = config.tied_unembed, header.has_b_u = has_b_u;
  header.layer_norm_epsilon = static_cast<double>(config.layer_norm_epsilon);
  header.checkpoint = checkpoint;
  return header;
}

inline std::uint64_t checksum_of(std::span<const std::uint64_t> pieces) { return io::xxh64(std::as_bytes(pieces)); }

TL_INLINE std::uint64_t packed_checksum(std::span<const std::byte> bytes, int threads) {
  std::vector<std::uint64_t> pieces((bytes.size() + checksum_piece - 1) / checksum_piece);
  kernels::parallel_for(pieces.size(), threads, [&](std::size_t i, int) {
    pieces[i] = io::xxh64(bytes.subspan(i * checksum_piece, std::min(checksum_piece, bytes.size() - i * checksum_piece)));
  });
  return checksum_of(pieces);
}

// f(bytes) for each piece of the arrays as they lie in the file, each filled up to a cache line.
template <class F>
void for_each_piece(std::span<const std::span<const std::byte>> arrays, const F& f) {
  std::vector<std::byte> piece;
  piece.reserve(checksum_piece);
  const auto add = [&](std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      const auto part = bytes.first(std::min(bytes.size(), checksum_piece - piece.size()));
      piece.insert(piece.end(), part.begin(), part.end());
      bytes = bytes.subspan(part.size());
      if (piece.size() == checksum_piece) f(piece), piece.clear();
    }
  };
  constexpr std::byte zeros[cache_line]{};
  for (const auto& array : arrays) {
    add(array);
    add(std::span(zeros).first((cache_line - array.size() % cache_line) % cache_line));
  }
  if (!piece.empty()) f(piece);
}

TL_INLINE std::span<const std::byte> packed_arrays(const io::MappedFile& file, PackedHeader expected, int threads) {
  const auto refuse = [&](const char* why) {
    throw Error("'", file.path(), "' ", why, ": run `tl pack` again, or delete it to load the checkpoint itself");
  };
  PackedHeader header;
  const PackedHeader current;
  if (file.bytes().size() < packed_start) refuse("is no packed file");
  std::memcpy(&header, file.bytes().data(), sizeof header);
  if (!std::equal(std::begin(header.magic), std::end(header.magic), current.magic)) refuse("is no packed file");
  if (header.version != current.version) refuse("was packed by another version of tl");
  expected.bytes = header.bytes, expected.checksum = header.checksum;
  if (header.checkpoint != expected.checkpoint) refuse("was packed from another checkpoint");
  if (header != expected) refuse("was packed for another configuration");
  const auto arrays = file.bytes().subspan(packed_start);
  if (arrays.size() != header.bytes) refuse("is not as long as it should be");
  if (packed_checksum(arrays, threads) != header.checksum) refuse("is damaged: its checksum is not that of its arrays");
  return arrays;
}

TL_INLINE void write_packed(const std::string& path, PackedHeader header,
                            std::span<const std::span<const std::byte>> arrays) {
  std::vector<std::uint64_t> pieces;
  for_each_piece(arrays, [&](std::span<const std::byte> piece) {
    pieces.push_back(io::xxh64(piece));
    header.bytes += piece.size();
  });
  header.checksum = checksum_of(pieces);
  std::vector<std::byte> start(packed_start);
  std::memcpy(start.data(), &header, sizeof header);
  io::OutputFile file(path);
  file.write(start);
  for_each_piece(arrays, [&](std::span<const std::byte> piece) { file.write(piece); });
  file.commit();
}

}  // namespace detail

TL_INLINE std::string packed_path(const std::string& folder, std::string_view storage) {
  return (std::filesystem::path(folder) / ("packed-" + std::string(storage) + ".tl")).string();
}

}  // namespace TL_NAMESPACE
