#pragma once
// Layouts and numbers: PKWARE's APPNOTE.TXT 6.3.10, sections 4.3.7 (local header), 4.3.12 (directory), 4.3.14 to 4.3.16
// (ends) and 4.5.3 (64-bit extra field).
#include <algorithm>
#include <tl/core/error.hpp>
#include <tl/io/crc32.hpp>
#include <tl/io/quote.hpp>
#include <tl/io/zip.hpp>
#include <utility>

namespace TL_NAMESPACE::io {

namespace detail {

// A record under construction, little-endian.
struct ZipRecord {
  std::string bytes;
  ZipRecord& put(std::uint64_t value, int width) {
    for (int i = 0; i != width; ++i) bytes += static_cast<char>(static_cast<unsigned char>(value >> 8 * i));
    return *this;
  }
  ZipRecord& u16(std::uint64_t value) { return put(value, 2); }
  ZipRecord& u32(std::uint64_t value) { return put(value, 4); }
  ZipRecord& u64(std::uint64_t value) { return put(value, 8); }
};

// Reads fields in order; whatever would lie beyond the end is refused.
class ZipCursor {
 public:
  ZipCursor(std::span<const std::byte> bytes, std::uint64_t at, std::string_view file) : bytes_(bytes), file_(file) {
    skip(at);
  }
  std::uint64_t number(std::size_t width) {
    const auto field = take(width);
    std::uint64_t value = 0;
    for (std::size_t i = 0; i != width; ++i) value |= static_cast<std::uint64_t>(field[i]) << 8 * i;
    return value;
  }
  std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
  std::uint64_t u64() { return number(8); }
  std::span<const std::byte> take(std::uint64_t size) {
    if (size > bytes_.size()) throw Error("'", file_, "' was cut short, or is no zip file of the usual form");
    const auto taken = bytes_.first(size);
    bytes_ = bytes_.subspan(size);
    return taken;
  }
  void skip(std::uint64_t size) { take(size); }
  bool empty() const { return bytes_.empty(); }

 private:
  std::span<const std::byte> bytes_;
  std::string_view file_;
};

inline constexpr std::uint32_t zip_local = 0x04034b50, zip_central = 0x02014b50, zip_end = 0x06054b50,
                               zip64_end = 0x06064b50, zip64_locator = 0x07064b50;
inline constexpr std::uint32_t zip_full = 0xffffffff;              // "see the 64-bit field"
inline constexpr std::uint16_t zip_utf8 = 0x800, zip_date = 0x21;  // 1 January 1980

struct ZipDirectory {
  std::uint64_t entries, size, offset;
};

// From the end record, which is the last but for a comment, and its 64-bit companion if there is one.
inline ZipDirectory find_directory(std::span<const std::byte> bytes, std::string_view file) {
  constexpr std::size_t end_size = 22, locator_size = 20, longest_comment = 0xffff;
  if (bytes.size() >= end_size) {
    std::size_t at = bytes.size() - end_size;
    for (const std::size_t last = at - std::min(at, longest_comment);; --at) {
      ZipCursor end(bytes, at, file);
      if (end.u32() == zip_end) {
        end.skip(6);  // disk numbers, entries on this disk
        ZipDirectory directory{};
        directory.entries = end.u16();
        directory.size = end.u32();
        directory.offset = end.u32();
        if (at < locator_size || ZipCursor(bytes, at - locator_size, file).u32() != zip64_locator) return directory;
        ZipCursor locator(bytes, at - locator_size + 8, file);
        ZipCursor large(bytes, locator.u64(), file);
        if (large.u32() != zip64_end) break;
        large.skip(28);
        directory.entries = large.u64();
        directory.size = large.u64();
        directory.offset = large.u64();
        return directory;
      }
      if (at == last) break;
    }
  }
  throw Error("'", file, "' is no zip file, or was cut short: the record that ends one is not there");
}

}  // namespace detail

TL_INLINE ZipWriter::ZipWriter(std::string path, std::uint64_t zip64_from)
    : out_(std::move(path)), zip64_from_(std::min<std::uint64_t>(zip64_from, detail::zip_full)) {}

TL_INLINE void ZipWriter::add(const std::string& name, std::string_view head, std::span<const std::byte> body) {
  using namespace detail;
  if (name.size() > 0xffff || !names_.insert(name).second)
    throw Error("cannot write '", out_.path(), "': the member ", quote(name),
                " is there already, or its name is too long");
  const std::uint32_t checksum = crc32(body, crc32(std::as_bytes(std::span(head))));
  const std::uint64_t size = head.size() + body.size(), offset = out_.size();
  const bool large = size >= zip64_from_, far = offset >= zip64_from_;
  const std::uint64_t short_size = large ? zip_full : size;

  // What the two headers have in common.
  const auto describe = [&](ZipRecord& record, std::size_t extra) {
    record.u16(large || far ? 45 : 20).u16(zip_utf8).u16(0).u16(0).u16(zip_date).u32(checksum).u32(short_size);
    record.u32(short_size).u16(name.size()).u16(extra);
  };
  ZipRecord local;
  local.u32(zip_local);
  describe(local, large ? 20 : 0);
  local.bytes += name;
  if (large) local.u16(1).u16(16).u64(size).u64(size);
  out_.write(local.bytes);
  out_.write(head);
  out_.write(body);

  const std::size_t extra = (large ? 16u : 0u) + (far ? 8u : 0u);
  ZipRecord entry;
  entry.u32(zip_central).u16(3 << 8 | 45);  // written by: Unix
  describe(entry, extra == 0 ? 0 : extra + 4);
  entry.u16(0).u16(0).u16(0).u32(0100644u << 16).u32(far ? zip_full : offset);
  entry.bytes += name;
  if (extra != 0) entry.u16(1).u16(extra);
  if (large) entry.u64(size).u64(size);
  if (far) entry.u64(offset);
  directory_ += entry.bytes;
  ++members_;
}

TL_INLINE void ZipWriter::finish() {
  using namespace detail;
  const std::uint64_t offset = out_.size(), size = directory_.size();
  const bool large =
      members_ >= std::min<std::uint64_t>(0xffff, zip64_from_) || offset >= zip64_from_ || size >= zip64_from_;
  ZipRecord end;
  if (large) {
    end.u32(zip64_end).u64(44).u16(3 << 8 | 45).u16(45).u32(0).u32(0).u64(members_).u64(members_).u64(size).u64(offset);
    end.u32(zip64_locator).u32(0).u64(offset + size).u32(1);
  }
  const std::uint64_t members = large ? 0xffff : members_;
  end.u32(zip_end).u16(0).u16(0).u16(members).u16(members);
  end.u32(large ? zip_full : size).u32(large ? zip_full : offset).u16(0);
  out_.write(directory_);
  out_.write(end.bytes);
  out_.commit();
}

TL_INLINE ZipReader::ZipReader(std::string path) : file_(std::move(path)) {
  using namespace detail;
  const auto bytes = file_.bytes();
  const ZipDirectory directory = find_directory(bytes, this->path());
  ZipCursor whole(bytes, directory.offset, this->path());
  ZipCursor cursor(whole.take(directory.size), 0, this->path());
  std::uint64_t entries = 0;
  for (; !cursor.empty(); ++entries) {
    if (cursor.u32() != zip_central) throw Error("'", this->path(), "' has a damaged directory");
    cursor.skip(4);  // versions
    Member member{};
    member.flags = cursor.u16();
    member.method = cursor.u16();
    cursor.skip(4);  // time and date
    member.checksum = cursor.u32();
    member.stored_size = cursor.u32();
    member.size = cursor.u32();
    const std::uint16_t name_size = cursor.u16(), extra_size = cursor.u16(), comment_size = cursor.u16();
    cursor.skip(8);  // disk, attributes
    member.offset = cursor.u32();
    const auto name = cursor.take(name_size);
    ZipCursor extra(cursor.take(extra_size), 0, this->path());
    cursor.skip(comment_size);
    while (!extra.empty()) {
      const std::uint16_t kind = extra.u16(), size = extra.u16();
      ZipCursor field(extra.take(size), 0, this->path());
      if (kind != 1) continue;
      for (std::uint64_t* value : {&member.size, &member.stored_size, &member.offset})
        if (*value == zip_full) *value = field.u64();
    }
    const std::string key(reinterpret_cast<const char*>(name.data()), name.size());
    if (!members_.emplace(key, member).second)
      throw Error("'", this->path(), "' names the member ", quote(key), " twice");
  }
  if (entries != directory.entries)
    throw Error("'", this->path(), "' has a directory of ", entries, " members that claims ", directory.entries);
}

TL_INLINE std::span<const std::byte> ZipReader::content(std::string_view name) const {
  using namespace detail;
  const auto found = members_.find(name);
  if (found == members_.end()) throw Error("'", path(), "' has no member ", quote(name));
  const Member& member = found->second;
  if (member.flags & 1) throw Error("'", path(), "': member ", quote(name), " is encrypted, which is not read");
  if (member.method != 0)
    throw Error("'", path(), "': member ", quote(name), " is compressed, which is not read: save it with numpy.savez");
  ZipCursor local(file_.bytes(), member.offset, path());
  if (local.u32() != zip_local || member.size != member.stored_size)
    throw Error("'", path(), "': member ", quote(name), " is damaged: its header is not where the directory says");
  local.skip(22);
  const std::uint16_t name_size = local.u16(), extra_size = local.u16();
  local.skip(std::uint64_t{name_size} + extra_size);
  const auto content = local.take(member.size);
  if (crc32(content) != member.checksum)
    throw Error("'", path(), "': member ", quote(name), " is damaged: its checksum differs");
  return content;
}

}  // namespace TL_NAMESPACE::io
