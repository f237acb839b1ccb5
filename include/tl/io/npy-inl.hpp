#pragma once
#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <optional>
#include <tl/io/mapped_file.hpp>
#include <tl/io/npy.hpp>
#include <tl/io/output_file.hpp>
#include <tl/io/quote.hpp>

namespace TL_NAMESPACE::io {

static_assert(std::endian::native == std::endian::little,
              "tl: files are read in place, which wants a little-endian machine");

namespace detail {

struct NpyTypeRow {
  std::string_view name, descr;
  std::size_t size;
};
// In the order of the enumeration; a text's descr is followed by its length.
inline constexpr NpyTypeRow npy_type_table[] = {{"float32", "<f4", 4}, {"float64", "<f8", 8}, {"int32", "<i4", 4},
                                                {"int64", "<i8", 8},   {"uint8", "|u1", 1},   {"bool", "|b1", 1},
                                                {"text", "<U", 4}};
constexpr const NpyTypeRow& npy_row(NpyType type) { return npy_type_table[static_cast<std::size_t>(type)]; }

// The header is a literal of Python: {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }. This reads just that.
class NpyHeaderReader {
 public:
  NpyHeaderReader(std::string_view text, std::string_view file) : rest_(text), file_(file) { read(); }

  std::optional<std::string_view> descr;
  std::optional<bool> fortran_order;
  std::optional<std::vector<std::size_t>> shape;

 private:
  void read() {
    require(take("{"));
    while (!take("}")) {
      const std::string_view key = string();
      require(take(":"));
      if (key == "descr" && !descr) {
        skip_space();
        if (rest_.starts_with('[')) throw Error("'", file_, "' holds an array of records, which is not read");
        descr = string();
      } else if (key == "fortran_order" && !fortran_order) {
        fortran_order = take("True");
        require(*fortran_order || take("False"));
      } else {
        require(key == "shape" && !shape);
        tuple(shape.emplace());
      }
      if (!take(",")) {
        require(take("}"));
        break;
      }
    }
    skip_space();
    require(rest_.empty() && descr && fortran_order && shape);
  }
  void tuple(std::vector<std::size_t>& numbers) {
    constexpr std::size_t most_dimensions = 64;  // NumPy's
    require(take("("));
    while (!take(")")) {
      skip_space();
      std::size_t number = 0;
      const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), number);
      require(error == std::errc() && numbers.size() != most_dimensions);
      rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
      numbers.push_back(number);
      if (!take(",")) {
        require(take(")"));
        break;
      }
    }
  }
  std::string_view string() {
    skip_space();
    require(rest_.starts_with('\'') || rest_.starts_with('"'));
    const std::size_t end = rest_.find(rest_[0], 1);
    require(end != rest_.npos);
    const std::string_view text = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    return text;
  }
  bool take(std::string_view token) {
    skip_space();
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }
  void skip_space() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \n"), rest_.size())); }
  void require(bool right) const {
    if (!right) throw Error("'", file_, "' has an .npy header that NumPy would not write");
  }

  std::string_view rest_, file_;
};

inline NpyType npy_type_from(std::string_view descr, std::string_view file) {
  if (descr.starts_with('>'))
    throw Error("'", file, "' is big-endian, which is not read: save array.astype(array.dtype.newbyteorder('<'))");
  if (descr.starts_with("<U")) return NpyType::text;
  for (const NpyTypeRow& row : npy_type_table)
    if (descr == row.descr) return static_cast<NpyType>(&row - npy_type_table);
  throw Error("'", file, "' holds elements of type ", quote(descr),
              ", where float32, float64, int32, int64, uint8, bool or one string is read");
}

// One code point of well-formed UTF-8 (Unicode's table 3-7), or U+FFFD for one byte that begins none.
inline char32_t take_code_point(std::string_view& utf8) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(utf8[i]); };
  const unsigned char first = byte(0);
  const std::size_t length = first < 0x80   ? 1
                             : first < 0xc2 ? 0
                             : first < 0xe0 ? 2
                             : first < 0xf0 ? 3
                             : first < 0xf5 ? 4
                                            : 0;
  char32_t point = length < 2 ? first : first & (0x7fu >> length);
  bool valid = length != 0 && length <= utf8.size();
  for (std::size_t i = 1; valid && i < length; ++i) {
    valid = (byte(i) & 0xc0) == 0x80;
    point = point << 6 | (byte(i) & 0x3fu);
  }
  valid = valid && !(length == 3 && (point < 0x800 || (point >= 0xd800 && point < 0xe000))) &&
          !(length == 4 && (point < 0x10000 || point > 0x10ffff));
  utf8.remove_prefix(valid ? length : 1);
  return valid ? point : U'\ufffd';
}

inline void append_utf8(std::string& utf8, char32_t point) {
  if (point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) point = U'\ufffd';
  const auto put = [&](char32_t byte) { utf8 += static_cast<char>(static_cast<unsigned char>(byte)); };
  const auto tail = [&](int shift) { put(0x80 | (point >> shift & 0x3f)); };
  if (point < 0x80) {
    put(point);
  } else if (point < 0x800) {
    put(0xc0 | point >> 6), tail(0);
  } else if (point < 0x10000) {
    put(0xe0 | point >> 12), tail(6), tail(0);
  } else {
    put(0xf0 | point >> 18), tail(12), tail(6), tail(0);
  }
}

}  // namespace detail

TL_INLINE std::string_view npy_type_name(NpyType type) { return detail::npy_row(type).name; }

TL_INLINE void NpyArray::require_type(NpyType wanted) const {
  if (type != wanted)
    throw Error("the array is of type ", npy_type_name(type), ", where ", npy_type_name(wanted), " is wanted");
}

TL_INLINE void NpyArray::refuse_shape(std::span<const std::size_t> wanted) const {
  std::string text = "[";
  for (const std::size_t extent : wanted)
    text += (text.size() == 1 ? "" : ", ") + (extent == dynamic ? "any" : std::to_string(extent));
  throw Error("the array has shape ", shape_text(shape), ", where ", text, "] is wanted");
}

TL_INLINE std::string NpyArray::text() const {
  require_type(NpyType::text);
  std::string utf8;
  for (std::size_t at = 0; at != data.size(); at += 4) {
    char32_t point = 0;
    std::memcpy(&point, data.data() + at, 4);
    detail::append_utf8(utf8, point);
  }
  // NumPy fills a string with zeros at its end, and has them not counted.
  utf8.erase(utf8.find_last_not_of('\0') + 1);
  return utf8;
}

TL_INLINE NpyArray npy_text(std::string_view utf8) {
  NpyArray array{NpyType::text, {}, {}};
  std::vector<char32_t> points;
  while (!utf8.empty()) points.push_back(detail::take_code_point(utf8));
  const auto bytes = std::as_bytes(std::span(points));
  array.data.assign(bytes.begin(), bytes.end());
  return array;
}

// All as long as the longest: NumPy fills the others with zeros.
TL_INLINE NpyArray npy_text(std::span<const std::string> utf8) {
  NpyArray array{NpyType::text, {utf8.size()}, {}};
  std::vector<std::vector<std::byte>> strings;
  std::size_t longest = 4;
  for (const std::string& text : utf8)
    longest = std::max(longest, strings.emplace_back(npy_text(std::string_view(text)).data).size());
  for (std::vector<std::byte>& text : strings) {
    text.resize(longest);
    array.data.insert(array.data.end(), text.begin(), text.end());
  }
  return array;
}

TL_INLINE std::string npy_header(const NpyView& array) {
  std::string descr(detail::npy_row(array.type).descr);
  if (array.type == NpyType::text)
    descr += std::to_string(array.bytes.size() / std::max<std::size_t>(4, byte_count(array.shape, 4).value_or(4)));
  std::string shape = shape_text(array.shape);
  shape.front() = '(';
  shape.back() = array.shape.size() == 1 ? ',' : ')';
  if (array.shape.size() == 1) shape += ')';
  std::string dict = "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }";
  constexpr std::size_t before = 10;                                         // magic, version, length
  dict.resize((before + dict.size() + 1 + 63) / 64 * 64 - before - 1, ' ');  // the data begins at a multiple of 64
  dict += '\n';
  // At most 64 dimensions of 20 digits: two bytes hold the length.
  if (dict.size() > 0xffff) throw Error("an array of ", array.shape.size(), " dimensions cannot be written as .npy");
  std::string header("\x93NUMPY\x01\x00", 8);
  header += static_cast<char>(dict.size() & 0xff);
  header += static_cast<char>(dict.size() >> 8);
  return header + dict;
}

TL_INLINE NpyArray parse_npy(std::span<const std::byte> bytes, std::string_view name) {
  const std::string_view file(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(bytes[i]); };
  if (!file.starts_with("\x93NUMPY") || file.size() < 12) throw Error("'", name, "' is no .npy file");
  if (byte(6) < 1 || byte(6) > 3) throw Error("'", name, "' is of .npy version ", byte(6), ", where 1 to 3 are read");
  const std::size_t start = byte(6) == 1 ? 10 : 12;
  const std::size_t length =
      byte(6) == 1 ? byte(8) | byte(9) << 8 : byte(8) | byte(9) << 8 | byte(10) << 16 | byte(11) << 24;
  if (length > file.size() - start) throw Error("'", name, "' was cut short within its header");
  const detail::NpyHeaderReader header(file.substr(start, length), name);

  NpyArray array{detail::npy_type_from(*header.descr, name), *header.shape, {}};
  if (*header.fortran_order)
    throw Error("'", name, "' is in Fortran order, which is not read: save numpy.ascontiguousarray(array)");
  std::size_t element_size = detail::npy_row(array.type).size;
  if (array.type == NpyType::text) {
    const std::string_view digits = header.descr->substr(2);
    std::size_t count = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
    if (error != std::errc() || end != digits.data() + digits.size() ||
        __builtin_mul_overflow(count, 4, &element_size) || !array.shape.empty())
      throw Error("'", name, "' holds strings, of which only a single one without dimensions is read");
  }
  const auto data = bytes.subspan(start + length);
  const auto wanted = byte_count(array.shape, element_size);
  if (wanted != data.size())
    throw Error("'", name, "' has ", data.size(), " bytes of elements, which are not what an array of shape ",
                shape_text(array.shape), " of ", npy_type_name(array.type), " takes");
  array.data.assign(data.begin(), data.end());
  return array;
}

TL_INLINE void write_npy(const std::string& path, const NpyView& array) {
  OutputFile file(path);
  file.write(npy_header(array));
  file.write(array.bytes);
  file.commit();
}

TL_INLINE NpyArray read_npy(const std::string& path) { return parse_npy(MappedFile(path).bytes(), path); }

}  // namespace TL_NAMESPACE::io
