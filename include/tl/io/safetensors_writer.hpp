#pragma once
// Writing .safetensors that transformers, SAELens and the reference implementation open.
#include <cstddef>
#include <span>
#include <string>
#include <tl/core/namespace.hpp>
#include <tl/io/output_file.hpp>
#include <tl/io/safetensors.hpp>
#include <tl/io/tensor_spec.hpp>
#include <vector>

namespace TL_NAMESPACE::io {

// The header comes first, so the list of tensors is fixed at construction; then their values, one tensor at a time.
//   SafetensorsWriter file("sae_weights.safetensors", {{"W_enc", {768, 4096}}, {"b_enc", {4096}}}, Dtype::f32);
//   file.write(w_enc); file.write(b_enc); file.finish();
class SafetensorsWriter {
 public:
  // dtype is F32, F16 or BF16, one for the whole file. Throws Error for names given twice, and as OutputFile does.
  SafetensorsWriter(std::string path, std::vector<TensorSpec> tensors, Dtype dtype);

  // The next tensor of the list, row-major, rounded to nearest (ties to even). Throws Error, naming it, where the
  // number of values is not its shape's, or a finite value would become infinite.
  void write(std::span<const float> values);
  // To be called once, after the last tensor: the file appears then.
  void finish();

 private:
  OutputFile out_;
  std::vector<TensorSpec> tensors_;
  Dtype dtype_;
  std::size_t next_ = 0;
};

}  // namespace TL_NAMESPACE::io

#ifdef TL_HEADER_ONLY
#include <tl/io/safetensors_writer-inl.hpp>
#endif
