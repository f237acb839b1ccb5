#pragma once
// All of a file or a stream, at once.
#include <cstdio>
#include <string>
#include <tl/core/error.hpp>

#include <cerrno>
#include <memory>
#include <system_error>

namespace tl::app {

inline std::string read_text(std::FILE* file, const std::string& name) {
  std::string text;
  char piece[1 << 16];
  while (const std::size_t size = std::fread(piece, 1, sizeof piece, file)) text.append(piece, size);
  if (std::ferror(file)) throw Error("cannot read ", name, ": ", std::generic_category().message(errno));
  return text;
}

inline std::string read_text(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
  if (!file) throw Error("cannot read '", path, "': ", std::generic_category().message(errno));
  return read_text(file.get(), "'" + path + "'");
}

}  // namespace tl::app
