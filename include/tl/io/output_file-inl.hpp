#pragma once
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <tl/core/error.hpp>
#include <tl/io/output_file.hpp>
#include <utility>

namespace TL_NAMESPACE::io {

TL_INLINE OutputFile::OutputFile(std::string path) : path_(std::move(path)), target_(path_) {
  namespace fs = std::filesystem;
  std::error_code status_error, link_error;
  const fs::file_status status = fs::status(path_, status_error);
  if (fs::exists(status) && !fs::is_regular_file(status)) {
    file_ = std::fopen(path_.c_str(), "wb");
    if (file_ == nullptr) refuse();
    return;
  }
  // A link goes on pointing to the file, which is replaced where it lies.
  if (fs::is_regular_file(status))
    if (const fs::path real = fs::canonical(path_, link_error); !link_error) target_ = real.string();
  int descriptor = -1;
  for (int attempt = 0; descriptor < 0; ++attempt) {
    temporary_ = target_ + ".part-" + std::to_string(::getpid()) + "-" + std::to_string(attempt);
    descriptor = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor < 0 && (errno != EEXIST || attempt == 1000)) {
      temporary_.clear();
      refuse();
    }
  }
  file_ = ::fdopen(descriptor, "wb");
  if (file_ == nullptr) {
    const int reason = errno;
    ::close(descriptor);
    ::unlink(temporary_.c_str());
    errno = reason;
    refuse();
  }
}

TL_INLINE OutputFile::~OutputFile() {
  if (file_ != nullptr) std::fclose(file_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

TL_INLINE void OutputFile::write(std::span<const std::byte> bytes) {
  if (!bytes.empty() && std::fwrite(bytes.data(), 1, bytes.size(), file_) != bytes.size()) refuse();
  size_ += bytes.size();
}

TL_INLINE void OutputFile::commit() {
  // A full disk may be noticed as late as here.
  if (std::fflush(file_) != 0) refuse();
  if (std::fclose(std::exchange(file_, nullptr)) != 0) refuse();
  if (temporary_.empty()) return;
  if (std::rename(temporary_.c_str(), target_.c_str()) != 0) refuse();
  temporary_.clear();
}

TL_INLINE void OutputFile::refuse() const {
  throw Error("cannot write '", path_, "': ", std::generic_category().message(errno));
}

}  // namespace TL_NAMESPACE::io
