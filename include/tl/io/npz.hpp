#pragma once
// NumPy's .npz: a zip archive of .npy members, written uncompressed and read uncompressed.
#include <string>
#include <string_view>
#include <tl/core/namespace.hpp>
#include <tl/io/npy.hpp>
#include <tl/io/zip.hpp>
#include <vector>

namespace TL_NAMESPACE::io {

// Appends arrays one by one; nothing is kept in memory, and the file appears at finish().
//   NpzWriter npz("run.npz"); npz.add("blocks.0.hook_resid_pre", view); npz.add_text("provenance", json); npz.finish();
class NpzWriter {
 public:
  explicit NpzWriter(std::string path) : zip_(std::move(path)) {}

  void add(const std::string& name, const NpyView& array) { zip_.add(name + ".npy", npy_header(array), array.bytes); }
  // str(numpy.load(path)[name]) gives the text back.
  void add_text(const std::string& name, std::string_view utf8) { add(name, npy_text(utf8)); }
  void finish() { zip_.finish(); }

 private:
  ZipWriter zip_;
};

// The arrays of a file, each read (copied) when asked for. Compressed members are refused with a sentence.
class Npz {
 public:
  explicit Npz(std::string path) : zip_(std::move(path)) {}

  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& [member, entry] : zip_.members())
      if (member.ends_with(".npy")) names.push_back(member.substr(0, member.size() - 4));
    return names;
  }
  bool has(std::string_view name) const { return zip_.members().contains(std::string(name) + ".npy"); }
  // Throws Error naming the file and the array.
  NpyArray read(std::string_view name) const {
    const std::string member = std::string(name) + ".npy";
    return parse_npy(zip_.content(member), zip_.path() + ":" + member);
  }

 private:
  ZipReader zip_;
};

}  // namespace TL_NAMESPACE::io
