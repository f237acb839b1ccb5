#pragma once
// Reading .safetensors (https://github.com/huggingface/safetensors): eight bytes of header length, a JSON header, data.
#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <tl/core/namespace.hpp>
#include <tl/io/mapped_file.hpp>
#include <vector>

namespace TL_NAMESPACE::io {

// The element types of the format that fill whole bytes.
enum class Dtype { boolean, u8, i8, f8_e4m3, f8_e5m2, f8_e8m0, u16, i16, f16, bf16, u32, i32, f32, u64, i64, f64, c64 };
std::string_view dtype_name(Dtype dtype);  // as files spell it: "BF16"
std::size_t dtype_size(Dtype dtype);       // bytes of one element

// A tensor where it lies: row-major, little-endian, not necessarily aligned.
struct StoredTensor {
  Dtype dtype;
  std::vector<std::size_t> shape;
  std::span<const std::byte> bytes;
};
using StoredTensors = std::map<std::string, StoredTensor, std::less<>>;

// The tensors of a file's bytes, which must outlive them. Nothing in the header is trusted: it must be JSON of the
// format, and the tensors must fill the data exactly, without overlap, hole or rest. Throws Error naming `file`.
StoredTensors parse_safetensors(std::span<const std::byte> bytes, std::string_view file);

// Turns `count` elements into float32; null for types that are neither F32, F16, BF16 nor F64.
using ToFloat32 = void (*)(const std::byte* from, std::size_t count, float* to);
ToFloat32 to_float32(Dtype dtype);
// Every element as float32; F32, F16, BF16 and F64 only. `file` and `name` are for the Error that other types throw.
void to_float32(const StoredTensor& tensor, float* out, std::string_view file, std::string_view name);

// A mapped file with its tensors.
class SafetensorsFile {
 public:
  explicit SafetensorsFile(std::string path)
      : file_(std::move(path)), tensors_(parse_safetensors(file_.bytes(), file_.path())) {}

  const std::string& path() const { return file_.path(); }
  std::span<const std::byte> bytes() const { return file_.bytes(); }
  const StoredTensors& tensors() const { return tensors_; }
  bool has(std::string_view name) const { return tensors_.contains(name); }
  void drop(std::span<const std::byte> part) const { file_.drop(part); }

  // Throws Error naming the file where it has no tensor of that name.
  const StoredTensor& tensor(std::string_view name) const;
  // The tensor as float32, row-major. Throws Error where it is missing, or its shape is not `shape`.
  void read(std::string_view name, std::span<const std::size_t> shape, float* out) const;

 private:
  MappedFile file_;
  StoredTensors tensors_;
};

}  // namespace TL_NAMESPACE::io

#ifdef TL_HEADER_ONLY
#include <tl/io/safetensors-inl.hpp>
#endif
