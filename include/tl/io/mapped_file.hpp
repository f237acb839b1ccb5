#pragma once
// A whole file as read-only memory.
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <tl/core/namespace.hpp>

namespace TL_NAMESPACE::io {

// Owns a POSIX mapping. The bytes stay valid while the object (or what it was moved to) lives; as with every mapping,
// somebody who shortens the file meanwhile ends the process at the next access beyond its new end.
class MappedFile {
 public:
  // Throws Error, naming the path and the system's reason, where it cannot be read or is not a regular file.
  explicit MappedFile(std::string path);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();

  const std::string& path() const { return path_; }
  std::span<const std::byte> bytes() const { return bytes_; }
  // Gives back the memory that reading this part of bytes() took; it is read from the file again if need be.
  void drop(std::span<const std::byte> part) const;
  std::string_view text() const { return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()}; }

 private:
  std::string path_;
  std::span<const std::byte> bytes_;
};

}  // namespace TL_NAMESPACE::io

#ifdef TL_HEADER_ONLY
#include <tl/io/mapped_file-inl.hpp>
#endif
