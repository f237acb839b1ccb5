// The bodies of tl/io, compiled once.
#include <tl/io/config_json-inl.hpp>
#include <tl/io/hugging_face-inl.hpp>
#include <tl/io/mapped_file-inl.hpp>
#include <tl/io/npy-inl.hpp>
#include <tl/io/output_file-inl.hpp>
#include <tl/io/safetensors-inl.hpp>
#include <tl/io/safetensors_shards-inl.hpp>
#include <tl/io/safetensors_writer-inl.hpp>
#include <tl/io/zip-inl.hpp>
