#pragma once
#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <tl/core/error.hpp>
#include <tl/io/extents.hpp>
#include <tl/core/float16.hpp>
#include <tl/io/json-inl.hpp>
#include <tl/io/quote.hpp>
#include <tl/io/safetensors.hpp>

namespace TL_NAMESPACE::io {

static_assert(std::endian::native == std::endian::little,
              "tl: files are read in place, which wants a little-endian machine");

namespace detail {

struct DtypeRow {
  std::string_view name;
  std::size_t size;
};
// In the order of the enumeration.
inline constexpr DtypeRow dtype_table[] = {{"BOOL", 1},    {"U8", 1},  {"I8", 1},  {"F8_E4M3", 1}, {"F8_E5M2", 1},
                                           {"F8_E8M0", 1}, {"U16", 2}, {"I16", 2}, {"F16", 2},     {"BF16", 2},
                                           {"U32", 4},     {"I32", 4}, {"F32", 4}, {"U64", 8},     {"I64", 8},
                                           {"F64", 8},     {"C64", 8}};

// Elements one by one through memcpy: alignment does not matter, and compilers make vectors of it at -O3.
template <class Stored, auto convert>
void convert_elements(const std::byte* from, std::size_t count, float* to) {
  for (std::size_t i = 0; i != count; ++i) {
    Stored element;
    std::memcpy(&element, from + i * sizeof(Stored), sizeof(Stored));
    to[i] = convert(element);
  }
}

// One entry of the header, and where its data lies in the file's data.
struct Extent {
  std::size_t begin, end;
  const std::string* name;
};

inline StoredTensor parse_tensor(const nlohmann::json& entry, std::span<const std::byte> data, std::string_view file,
                                 const std::string& name, Extent& extent) {
  const auto refuse = [&](const auto&... why) { throw Error("'", file, "': tensor ", quote(name), " ", why...); };
  const auto field = [&](const char* key) -> const nlohmann::json& {
    if (!entry.is_object() || !entry.contains(key)) refuse("has no ", key, " in the header");
    return entry[key];
  };
  const auto whole_numbers = [&](const char* key) {
    const nlohmann::json& list = field(key);
    const auto whole = [](const nlohmann::json& number) { return number.is_number_unsigned(); };
    if (!list.is_array() || !std::all_of(list.begin(), list.end(), whole))
      refuse("has a ", key, " that is not a list of whole numbers");
    return list.get<std::vector<std::size_t>>();
  };

  StoredTensor tensor;
  const nlohmann::json& dtype = field("dtype");
  const auto row = std::find_if(std::begin(dtype_table), std::end(dtype_table), [&](const DtypeRow& known) {
    return dtype.is_string() && dtype.get_ref<const std::string&>() == known.name;
  });
  if (row == std::end(dtype_table))
    refuse("has a dtype that is not known: ",
           dtype.is_string() ? quote(dtype.get_ref<const std::string&>()) : "no string");
  tensor.dtype = static_cast<Dtype>(row - std::begin(dtype_table));

  tensor.shape = whole_numbers("shape");
  constexpr std::size_t most_dimensions = 32;
  if (tensor.shape.size() > most_dimensions) refuse("has ", tensor.shape.size(), " dimensions, at most 32 are read");
  const auto offsets = whole_numbers("data_offsets");
  if (offsets.size() != 2) refuse("has data_offsets that are not a begin and an end");
  const auto [begin, end] = std::array{offsets[0], offsets[1]};
  if (begin > end) refuse("begins after its own end in data_offsets");
  if (end > data.size())
    refuse("ends at byte ", end, " of the data, of which there are only ", data.size(), ": the file was cut short");
  const auto bytes = byte_count(tensor.shape, row->size);
  if (!bytes || *bytes != end - begin)
    refuse("has shape ", shape_text(tensor.shape), " of ", row->name, ", which its ", end - begin,
           " bytes do not hold");
  tensor.bytes = data.subspan(begin, end - begin);
  extent = {begin, end, &name};
  return tensor;
}

// Sorted by where they begin, each extent must begin where the one before it ends.
inline void require_exact_cover(std::vector<Extent>& extents, std::size_t size, std::string_view file) {
  std::sort(extents.begin(), extents.end(),
            [](const Extent& a, const Extent& b) { return a.begin != b.begin ? a.begin < b.begin : a.end < b.end; });
  std::size_t covered = 0;
  const std::string* before = nullptr;
  for (const Extent& extent : extents) {
    if (extent.begin < covered)
      throw Error("'", file, "': tensors ", quote(*before), " and ", quote(*extent.name), " overlap");
    if (extent.begin > covered)
      throw Error("'", file, "': the ", extent.begin - covered, " bytes before tensor ", quote(*extent.name),
                  " belong to no tensor");
    covered = extent.end;
    before = extent.name;
  }
  if (covered != size) throw Error("'", file, "': ", size - covered, " bytes at the end belong to no tensor");
}

}  // namespace detail

TL_INLINE std::string_view dtype_name(Dtype dtype) { return detail::dtype_table[static_cast<std::size_t>(dtype)].name; }
TL_INLINE std::size_t dtype_size(Dtype dtype) { return detail::dtype_table[static_cast<std::size_t>(dtype)].size; }

TL_INLINE StoredTensors parse_safetensors(std::span<const std::byte> bytes, std::string_view file) {
  constexpr std::size_t longest_header = 100'000'000;  // the limit of the reference implementation
  std::uint64_t header_size = 0;
  if (bytes.size() < sizeof header_size)
    throw Error("'", file, "' is no safetensors file: it is shorter than the 8 bytes of a header length");
  std::memcpy(&header_size, bytes.data(), sizeof header_size);
  bytes = bytes.subspan(sizeof header_size);
  if (header_size > bytes.size())
    throw Error("'", file, "' claims a header of ", header_size, " bytes, but only ", bytes.size(),
                " follow: it was cut short, or is no safetensors file");
  if (header_size > longest_header) throw Error("'", file, "' has a header beyond the format's 100 MB");
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), header_size);
  const auto data = bytes.subspan(header_size);
  if (!text.starts_with('{')) throw Error("'", file, "' is no safetensors file: its header does not begin with '{'");
  const nlohmann::json header = detail::parse_json(text, file);

  StoredTensors tensors;
  std::vector<detail::Extent> extents;
  for (const auto& [name, entry] : header.items()) {
    if (name == "__metadata__") {
      const auto is_text = [](const nlohmann::json& value) { return value.is_string(); };
      if (!entry.is_object() || !std::all_of(entry.begin(), entry.end(), is_text))
        throw Error("'", file, "': __metadata__ must map names to strings");
      continue;
    }
    const auto slot = tensors.emplace(name, StoredTensor{}).first;
    slot->second = detail::parse_tensor(entry, data, file, slot->first, extents.emplace_back());
  }
  detail::require_exact_cover(extents, data.size(), file);
  return tensors;
}

TL_INLINE ToFloat32 to_float32(Dtype dtype) {
  switch (dtype) {
    case Dtype::f32:
      return [](const std::byte* from, std::size_t count, float* to) {
        if (count != 0) std::memcpy(to, from, count * sizeof(float));
      };
    case Dtype::f16:
      return detail::convert_elements<std::uint16_t, float_from_f16>;
    case Dtype::bf16:
      return detail::convert_elements<std::uint16_t, float_from_bf16>;
    case Dtype::f64:
      return detail::convert_elements<double, [](double value) { return static_cast<float>(value); }>;
    default:
      return nullptr;
  }
}

TL_INLINE void to_float32(const StoredTensor& tensor, float* out, std::string_view file, std::string_view name) {
  const ToFloat32 convert = to_float32(tensor.dtype);
  if (convert == nullptr)
    throw Error("'", file, "': tensor ", quote(name), " has dtype ", dtype_name(tensor.dtype),
                ", where F32, F16, BF16 or F64 is wanted");
  convert(tensor.bytes.data(), tensor.bytes.size() / dtype_size(tensor.dtype), out);
}

TL_INLINE const StoredTensor& SafetensorsFile::tensor(std::string_view name) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) throw Error("'", path(), "' has no tensor ", quote(name));
  return found->second;
}

TL_INLINE void SafetensorsFile::read(std::string_view name, std::span<const std::size_t> shape, float* out) const {
  const StoredTensor& stored = tensor(name);
  if (!std::equal(shape.begin(), shape.end(), stored.shape.begin(), stored.shape.end()))
    throw Error("'", path(), "': tensor ", quote(name), " has shape ", shape_text(stored.shape), ", where ",
                shape_text(shape), " is wanted");
  to_float32(stored, out, path(), name);
}

}  // namespace TL_NAMESPACE::io
