#include <bit>
#include <cstring>
#include <string>
#include <string_view>
#include <tl/io/safetensors.hpp>
#include <vector>

#include "../catch.hpp"
#include "scratch.hpp"

using namespace tl::io;

namespace {

// A file of the format, or what claims to be one.
std::string file_of(std::string_view header, std::size_t data_size, std::uint64_t claimed = 0) {
  const std::uint64_t size = claimed ? claimed : header.size();
  std::string file(8, '\0');
  std::memcpy(file.data(), &size, 8);
  return file + std::string(header) + std::string(data_size, '\x01');
}

StoredTensors parse(std::string_view file) { return parse_safetensors(std::as_bytes(std::span(file)), "f"); }

std::string refusal(std::string_view header, std::size_t data_size, std::uint64_t claimed = 0) {
  const std::string file = file_of(header, data_size, claimed);
  return error_of([&] { parse(file); });
}

std::string tensor(std::string_view shape, std::string_view offsets, std::string_view dtype = "F32") {
  return R"({"dtype":")" + std::string(dtype) + R"(","shape":)" + std::string(shape) + R"(,"data_offsets":)" +
         std::string(offsets) + "}";
}

}  // namespace

TEST_CASE("a file of the reference implementation is read: types, shapes, values") {
  const SafetensorsFile file(test_data("reference.safetensors"));
  REQUIRE(file.tensors().size() == 6);
  const auto read = [&](std::string_view name, std::vector<std::size_t> shape) {
    std::vector<float> values(file.tensor(name).bytes.size() / dtype_size(file.tensor(name).dtype));
    file.read(name, shape, values.data());
    return values;
  };
  REQUIRE(read("half", {2, 2}) == std::vector<float>{1.0f, -2.5f, 65504.0f, 0x1p-24f});
  REQUIRE(read("brain", {1}) == std::vector<float>{3.140625f});
  REQUIRE(read("full", {3}) == std::vector<float>{0.1f, 0.0f, 1e-40f});
  REQUIRE(read("double", {1}) == std::vector<float>{0.1f});
  REQUIRE(read("scalar", {}) == std::vector<float>{5.0f});
  REQUIRE(dtype_name(file.tensor("ids").dtype) == "I64");
  const std::string path = file.path();
  REQUIRE(error_of([&] { read("ids", {2}); }) ==
          "'" + path + "': tensor 'ids' has dtype I64, where F32, F16, BF16 or F64 is wanted");
  REQUIRE(error_of([&] { read("half", {4}); }) ==
          "'" + path + "': tensor 'half' has shape [2, 2], where [4] is wanted");
  REQUIRE(error_of([&] { file.tensor("none"); }) == "'" + path + "' has no tensor 'none'");
  REQUIRE_FALSE(file.has("none"));
}

TEST_CASE("elements are converted at any alignment and any count") {
  for (std::size_t offset = 0; offset != 8; ++offset)
    for (const std::size_t count : {0u, 1u, 15u, 16u, 17u, 1000u}) {
      std::vector<std::byte> bytes(offset + 2 * count);
      for (std::size_t i = 0; i != count; ++i) {
        const auto half = static_cast<std::uint16_t>(0x3c00 + i);  // 1 + i / 1024
        std::memcpy(bytes.data() + offset + 2 * i, &half, 2);
      }
      std::vector<float> values(count, -1.0f);
      to_float32({Dtype::f16, {count}, std::span(bytes).subspan(offset)}, values.data(), "f", "t");
      for (std::size_t i = 0; i != count; ++i) REQUIRE(values[i] == 1.0f + static_cast<float>(i) / 1024);
    }
}

TEST_CASE("tensors may be empty, and lie in any order of names") {
  const std::string file =
      file_of(R"({"a":)" + tensor("[1]", "[4,8]") + R"(,"b":)" + tensor("[1]", "[0,4]") + R"(,"none":)" +
                  tensor("[3,0]", "[4,4]") + R"(,"__metadata__":{"format":"pt"}}   )",
              8);
  const StoredTensors tensors = parse(file);
  REQUIRE(tensors.size() == 3);
  REQUIRE(tensors.at("none").bytes.empty());
  REQUIRE(tensors.at("a").bytes.data() == tensors.at("b").bytes.data() + 4);
}

TEST_CASE("a header whose length is wrong is refused") {
  REQUIRE(error_of([] { parse("1234567"); }) ==
          "'f' is no safetensors file: it is shorter than the 8 bytes of a header length");
  REQUIRE(refusal("{}", 0, 3) ==
          "'f' claims a header of 3 bytes, but only 2 follow: it was cut short, or is no safetensors file");
  REQUIRE(refusal("{}", 0, ~0ull) ==
          "'f' claims a header of 18446744073709551615 bytes, but only 2 follow: it was cut short, or is no "
          "safetensors file");
  REQUIRE(refusal("{" + std::string(100'000'000, ' '), 0) == "'f' has a header beyond the format's 100 MB");
  REQUIRE(refusal(R"({"a":)" + tensor("[1]", "[0,4]") + "}", 4, 9) == "'f' is not valid JSON: see its byte 10");
}

TEST_CASE("a header that is not JSON of the format is refused") {
  REQUIRE(refusal("[]", 0) == "'f' is no safetensors file: its header does not begin with '{'");
  REQUIRE(refusal("{\"a\":\"\xff\"}", 0) == "'f' is not valid JSON: see its byte 7");
  REQUIRE(refusal(R"({"a":1e999})", 0) == "'f' holds a number that JSON readers cannot represent");
  REQUIRE(refusal(R"({"a":)" + std::string(1'000'000, '['), 0) ==
          "'f' is refused: its JSON nests deeper than 32 levels");
  REQUIRE(refusal(R"({"a":)" + tensor("[1]", "[0,4]") + R"(,"a":)" + tensor("[1]", "[0,4]") + "}", 4) ==
          "'f' names 'a' twice");
  REQUIRE(refusal(R"({"__metadata__":{"epoch":3}})", 0) == "'f': __metadata__ must map names to strings");
  REQUIRE(refusal(R"({"a":7})", 0) == "'f': tensor 'a' has no dtype in the header");
  REQUIRE(refusal(R"({"a":{"dtype":"F32","shape":[1]}})", 4) == "'f': tensor 'a' has no data_offsets in the header");
  REQUIRE(refusal(R"({"a":)" + tensor("[1]", "[0,4]", "F4") + "}", 4) ==
          "'f': tensor 'a' has a dtype that is not known: 'F4'");
  for (const std::string shape : {"[-1]", "[1.0]", "[\"1\"]", "1", "{}", "[[1]]", "[18446744073709551616]"})
    REQUIRE(refusal(R"({"a":)" + tensor(shape, "[0,4]") + "}", 4) ==
            "'f': tensor 'a' has a shape that is not a list of whole numbers");
  REQUIRE(refusal(R"({"a":)" + tensor("[1]", "[0,4,8]") + "}", 8) ==
          "'f': tensor 'a' has data_offsets that are not a begin and an end");
  REQUIRE(refusal(R"({"a\u001b[2J":)" + tensor("[1]", "[4,0]") + "}", 4) ==
          "'f': tensor 'a\\x1b[2J' begins after its own end in data_offsets");
}

TEST_CASE("sizes that are absurd or overflow are refused without an allocation of theirs") {
  REQUIRE(refusal(R"({"a":)" + tensor("[1000000000000000000]", "[0,4]") + "}", 4) ==
          "'f': tensor 'a' has shape [1000000000000000000] of F32, which its 4 bytes do not hold");
  REQUIRE(refusal(R"({"a":)" + tensor("[4611686018427387904,4]", "[0,0]") + "}", 0) ==
          "'f': tensor 'a' has shape [4611686018427387904, 4] of F32, which its 0 bytes do not hold");
  std::string ones = "[1";
  for (int i = 0; i != 32; ++i) ones += ",1";
  REQUIRE(refusal(R"({"a":)" + tensor(ones + "]", "[0,4]") + "}", 4) ==
          "'f': tensor 'a' has 33 dimensions, at most 32 are read");
}

TEST_CASE("tensors must fill the data exactly") {
  const auto two = [](std::string_view first, std::string_view second) {
    return R"({"a":)" + tensor("[2]", first) + R"(,"b":)" + tensor("[2]", second) + "}";
  };
  REQUIRE(refusal(two("[0,8]", "[8,16]"), 16) == "no Error");
  REQUIRE(refusal(two("[0,8]", "[8,16]"), 15) ==
          "'f': tensor 'b' ends at byte 16 of the data, of which there are only 15: the file was cut short");
  REQUIRE(refusal(two("[0,8]", "[4,12]"), 12) == "'f': tensors 'a' and 'b' overlap");
  REQUIRE(refusal(two("[0,8]", "[0,8]"), 8) == "'f': tensors 'a' and 'b' overlap");
  REQUIRE(refusal(two("[0,8]", "[9,17]"), 17) == "'f': the 1 bytes before tensor 'b' belong to no tensor");
  REQUIRE(refusal(two("[1,9]", "[9,17]"), 17) == "'f': the 1 bytes before tensor 'a' belong to no tensor");
  REQUIRE(refusal(two("[0,8]", "[8,16]"), 21) == "'f': 5 bytes at the end belong to no tensor");
  REQUIRE(refusal("{}", 1) == "'f': 1 bytes at the end belong to no tensor");
}
