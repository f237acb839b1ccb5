#pragma once
// Zip archives of stored (uncompressed) members, with 64-bit sizes where they are needed: what .npz files are made of.
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tl/core/namespace.hpp>
#include <tl/io/mapped_file.hpp>
#include <tl/io/output_file.hpp>

namespace TL_NAMESPACE::io {

// Appends members one by one. As with every OutputFile, nothing is there before finish().
class ZipWriter {
 public:
  // Sizes and offsets from zip64_from on are written in 64 bits; smaller values than the format's are for tests.
  explicit ZipWriter(std::string path, std::uint64_t zip64_from = 0xffffffff);

  // The member's content is head followed by body. Throws Error for a name that is taken or longer than 65,535 bytes.
  void add(const std::string& name, std::string_view head, std::span<const std::byte> body);
  void finish();

 private:
  OutputFile out_;
  std::uint64_t zip64_from_;
  std::uint64_t members_ = 0;
  std::string directory_;
  std::set<std::string> names_;
};

// The members of a mapped archive. The directory is not trusted: whatever lies outside the file is refused.
class ZipReader {
 public:
  explicit ZipReader(std::string path);

  const std::string& path() const { return file_.path(); }
  struct Member {
    std::uint64_t offset, size, stored_size;
    std::uint32_t checksum;
    std::uint16_t method, flags;
  };
  const std::map<std::string, Member, std::less<>>& members() const { return members_; }
  // The content. Throws Error where there is no such member, it is compressed, or its checksum is not its content's.
  std::span<const std::byte> content(std::string_view name) const;

 private:
  MappedFile file_;
  std::map<std::string, Member, std::less<>> members_;
};

}  // namespace TL_NAMESPACE::io

#ifdef TL_HEADER_ONLY
#include <tl/io/zip-inl.hpp>
#endif
