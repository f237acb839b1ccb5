#pragma once
// A file being written that appears whole or not at all.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>
#include <tl/core/namespace.hpp>

namespace TL_NAMESPACE::io {

// Writes beside the target under a temporary name and renames in commit(); what is there already stays until then, and
// for good where commit() is never reached. A target that is no regular file (/dev/stdout, a pipe) is written directly.
// Each member throws Error, naming the target and the system's reason, where the system refuses.
class OutputFile {
 public:
  explicit OutputFile(std::string path);
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile();

  void write(std::span<const std::byte> bytes);
  void write(std::string_view text) { write(std::as_bytes(std::span(text))); }
  // To be called once, last: until it returns nothing is sure to be on the disk.
  void commit();

  const std::string& path() const { return path_; }
  std::uint64_t size() const { return size_; }  // bytes written so far

 private:
  [[noreturn]] void refuse() const;

  std::string path_, target_, temporary_;
  std::FILE* file_ = nullptr;
  std::uint64_t size_ = 0;
};

}  // namespace TL_NAMESPACE::io

#ifdef TL_HEADER_ONLY
#include <tl/io/output_file-inl.hpp>
#endif
