#include <cmath>
#include <cstdint>
#include <cstring>
#include <tl/core/float16.hpp>
#include <tl/io/safetensors_writer.hpp>
#include <vector>

#include "../catch.hpp"
#include "scratch.hpp"

using namespace tl;
using namespace tl::io;

TEST_CASE("what is written is read back, rounded to its dtype, with the data at a multiple of 8") {
  const Scratch scratch;
  std::vector<float> big(3 * 3001);  // beyond one block of the conversion
  for (std::size_t i = 0; i != big.size(); ++i) big[i] = std::sin(static_cast<float>(i));
  const std::vector<float> small{-0.1f};
  for (const Dtype dtype : {Dtype::f32, Dtype::f16, Dtype::bf16}) {
    const std::string path = scratch.path("x.safetensors");
    SafetensorsWriter writer(path, {{"small", {1}}, {"big", {3, 3001}}, {"none", {0, 4}}}, dtype);
    writer.write(small);
    writer.write(big);
    writer.write({});
    writer.finish();

    const std::string text = file_text(path);
    std::uint64_t header = 0;
    std::memcpy(&header, text.data(), 8);
    REQUIRE(header % 8 == 0);
    REQUIRE(text.substr(8, 32) == R"({"__metadata__":{"format":"pt"},)");

    const SafetensorsFile file(path);
    std::vector<float> read(big.size());
    file.read("big", std::vector<std::size_t>{3, 3001}, read.data());
    REQUIRE(file.tensor("big").dtype == dtype);
    for (std::size_t i = 0; i != big.size(); ++i)
      REQUIRE(read[i] == (dtype == Dtype::f32   ? big[i]
                          : dtype == Dtype::f16 ? float_from_f16(f16_from_float(big[i]))
                                                : float_from_bf16(bf16_from_float(big[i]))));
  }
}

TEST_CASE("values that do not fit are refused, infinities are written") {
  const Scratch scratch;
  const std::string path = scratch.path("x.safetensors");
  SafetensorsWriter writer(path, {{"a", {2}}, {"b", {1}}}, Dtype::f16);
  writer.write(std::vector<float>{INFINITY, NAN});
  REQUIRE(error_of([&] { writer.write(std::vector<float>{65520.0f}); }) ==
          "cannot write '" + path + "' as F16: tensor 'b' has values beyond its range, F32 holds them");
}

TEST_CASE("a list that is not followed is refused, and no file appears") {
  const Scratch scratch;
  const std::string path = scratch.path("x.safetensors");
  {
    SafetensorsWriter writer(path, {{"a", {2}}, {"b", {1}}}, Dtype::f32);
    REQUIRE(error_of([&] { writer.write(std::vector<float>{1}); }) ==
            "cannot write '" + path + "': 1 values for tensor 'a' of shape [2]");
    REQUIRE(error_of([&] { writer.finish(); }) == "cannot write '" + path + "': tensor 'b' was not given");
    writer.write(std::vector<float>{1});
    REQUIRE(error_of([&] { writer.write(std::vector<float>{1}); }) ==
            "'" + path + "' is complete: all 2 tensors are written");
  }
  REQUIRE(error_of([&] {
            SafetensorsWriter(path, {{"a", {2}}, {"a", {1}}}, Dtype::f32);
          }) == "cannot write '" + path + "': the name 'a' is taken");
  REQUIRE(error_of([&] { SafetensorsWriter(path, {}, Dtype::i64); }) ==
          "cannot write '" + path + "' as I64: choose F32, F16 or BF16");
  REQUIRE(scratch.files() == 0);
}

TEST_CASE("a full disk while writing safetensors is one sentence") {
  SafetensorsWriter writer("/dev/full", {{"a", {1}}}, Dtype::f32);
  writer.write(std::vector<float>{1});
  REQUIRE(error_of([&] { writer.finish(); }) == "cannot write '/dev/full': No space left on device");
}
