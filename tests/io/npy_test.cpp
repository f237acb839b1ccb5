#include <cstdint>
#include <tl/io/npy.hpp>
#include <vector>

#include "../catch.hpp"
#include "scratch.hpp"

using namespace tl::io;
using tl::Dim;

namespace {

std::string refusal(std::string_view bytes) {
  return error_of([&] { parse_npy(std::as_bytes(std::span(bytes)), "f"); });
}

std::string with_header(std::string_view dict, std::string_view data = "") {
  std::string file("\x93NUMPY\x01\x00", 8);
  file += static_cast<char>(dict.size());
  file += '\0';
  return file + std::string(dict) + std::string(data);
}

}  // namespace

TEST_CASE("a tensor is written as NumPy writes it, and read back under its names") {
  const Scratch scratch;
  const std::string path = scratch.path("x.npy");
  tl::Tensor<float, Dim<"pos">, Dim<"d_model", 3>> tensor(std::size_t{2});
  for (std::size_t i = 0; i != 6; ++i) tensor.data()[i] = static_cast<float>(i) / 4;
  write_npy(path, tensor);

  const std::string text = file_text(path);
  REQUIRE(text.size() == 128 + 24);
  REQUIRE(text.substr(0, 10) == std::string("\x93NUMPY\x01\x00\x76\x00", 10));
  REQUIRE(text.substr(10, 61) == "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }  ");
  REQUIRE(text[127] == '\n');

  const NpyArray array = read_npy(path);
  REQUIRE(array.type == NpyType::float32);
  const auto view = array.view<float, Dim<"pos">, Dim<"d_model", 3>>();
  REQUIRE(view.extent<"pos">() == 2);
  REQUIRE(view(1, 2) == 1.25f);
  REQUIRE(error_of([&] { array.view<float, Dim<"pos">, Dim<"d_model", 4>>(); }) ==
          "the array has shape [2, 3], where [any, 4] is wanted");
  REQUIRE(error_of([&] { array.view<float, Dim<"pos">>(); }) == "the array has shape [2, 3], where [any] is wanted");
  REQUIRE(error_of([&] { array.values<std::int64_t>(); }) == "the array is of type float32, where int64 is wanted");
  REQUIRE(error_of([&] { array.text(); }) == "the array is of type float32, where text is wanted");
}

TEST_CASE("every type and rank comes back") {
  const Scratch scratch;
  const auto round_trip = [&]<class T>(std::vector<T> values, std::vector<std::size_t> shape) {
    const std::string path = scratch.path("x.npy");
    write_npy(path, NpyView(std::span<const T>(values), shape));
    const NpyArray array = read_npy(path);
    REQUIRE(array.shape == shape);
    const auto read = array.values<T>();
    REQUIRE(std::vector<T>(read.begin(), read.end()) == values);
  };
  round_trip(std::vector<std::int32_t>{1, -2, 3}, {3});
  round_trip(std::vector<std::int64_t>{1, -2, 3, 4}, {2, 1, 2});
  round_trip(std::vector<std::uint8_t>{255}, {});
  round_trip(std::vector<double>{0.1}, {1, 1});
  round_trip(std::vector<float>{}, {0, 7});
  REQUIRE(error_of([&] { NpyView(std::span<const float>(), {2}); }) == "an array of shape [2] cannot have 0 elements");
}

TEST_CASE("strings of a list are as long as the longest") {
  const std::vector<std::string> texts{"L0H1", "", "na\u00efve b"};
  const NpyArray array = npy_text(texts);
  REQUIRE(npy_header(array).find("'<U7', 'fortran_order': False, 'shape': (3,)") != std::string::npos);
  REQUIRE(array.data.size() == 3 * 7 * 4);
  REQUIRE(array.data[4] == std::byte('0'));  // the second character of the first
  REQUIRE(array.data[2 * 28 + 8] == std::byte(0xef));
  REQUIRE(array.data[28] == std::byte(0));
  REQUIRE(npy_header(npy_text(std::span<const std::string>())).find("'<U0'") != std::string::npos);
}

TEST_CASE("text comes back as UTF-8, what is none as U+FFFD") {
  const auto round_trip = [](std::string_view text) {
    const NpyArray array = npy_text(text);
    const std::string file =
        npy_header(array) + std::string(reinterpret_cast<const char*>(array.data.data()), array.data.size());
    return parse_npy(std::as_bytes(std::span(file)), "f").text();
  };
  REQUIRE(round_trip("") == "");
  REQUIRE(round_trip(R"({"command": "tl cache"})") == R"({"command": "tl cache"})");
  REQUIRE(round_trip("na\u00efve \u20ac \U0001F600") == "na\u00efve \u20ac \U0001F600");
  const std::string replaced = "\ufffd";
  REQUIRE(round_trip("a\xff") == "a" + replaced);
  REQUIRE(round_trip("\xc3") == replaced);
  REQUIRE(round_trip("\xc0\x80") == replaced + replaced);                                // overlong
  REQUIRE(round_trip("\xe0\x80\x80") == replaced + replaced + replaced);                 // overlong
  REQUIRE(round_trip("\xed\xa0\x80") == replaced + replaced + replaced);                 // surrogate
  REQUIRE(round_trip("\xf4\x90\x80\x80") == replaced + replaced + replaced + replaced);  // beyond U+10FFFF
}

TEST_CASE("files that NumPy wrote otherwise than we read are refused by a sentence") {
  const auto refused = [](std::string_view name) {
    const std::string message = error_of([&] { read_npy(test_data(name)); });
    const std::string start = "'" + test_data(name) + "' ";
    REQUIRE(message.substr(0, start.size()) == start);
    return message.substr(start.size());
  };
  REQUIRE(refused("big_endian.npy") ==
          "is big-endian, which is not read: save array.astype(array.dtype.newbyteorder('<'))");
  REQUIRE(refused("fortran.npy") == "is in Fortran order, which is not read: save numpy.ascontiguousarray(array)");
  REQUIRE(refused("records.npy") == "holds an array of records, which is not read");
  REQUIRE(refused("complex.npy") ==
          "holds elements of type '<c8', where float32, float64, int32, int64, uint8, bool or one string is read");
  REQUIRE(read_npy(test_data("version_2.npy")).values<float>()[3] == 3.0f);
}

TEST_CASE("a damaged file is refused") {
  REQUIRE(refusal("") == "'f' is no .npy file");
  REQUIRE(refusal("\x93NUMPX\x01_____") == "'f' is no .npy file");
  REQUIRE(refusal("\x93NUMPY\x04_____") == "'f' is of .npy version 4, where 1 to 3 are read");
  REQUIRE(refusal(std::string("\x93NUMPY\x01\x00\xff\xff{}", 12)) == "'f' was cut short within its header");
  REQUIRE(refusal(std::string("\x93NUMPY\x02\x00\xff\xff\xff\xff", 12)) == "'f' was cut short within its header");
  const std::string good = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }\n";
  REQUIRE(refusal(with_header(good, "12345678")) == "no Error");
  REQUIRE(refusal(with_header(good, "1234567")) ==
          "'f' has 7 bytes of elements, which are not what an array of shape [2] of float32 takes");
  REQUIRE(refusal(with_header(good, "123456789")) ==
          "'f' has 9 bytes of elements, which are not what an array of shape [2] of float32 takes");
  REQUIRE(
      refusal(with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4)}")) ==
      "'f' has 0 bytes of elements, which are not what an array of shape [4611686018427387904, 4] of float32 takes");
  REQUIRE(refusal(with_header("{'descr': '<U4611686018427387904', 'fortran_order': False, 'shape': ()}")) ==
          "'f' holds strings, of which only a single one without dimensions is read");
  REQUIRE(refusal(with_header("{'descr': '<U1', 'fortran_order': False, 'shape': (1,)}", "abcd")) ==
          "'f' holds strings, of which only a single one without dimensions is read");
  for (const char* dict :
       {"", "{", "{}", "[]", "{'descr': '<f4', 'fortran_order': False}",
        "{'descr': '<f4', 'fortran_order': 0, 'shape': ()}", "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (18446744073709551616,)}", "{'descr': '<f4",
        "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': ()}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': ()} x",
        "{'descr': '<f4', 'fortran_order': False, 'shape': 1}"})
    REQUIRE(refusal(with_header(dict, "1234")) == "'f' has an .npy header that NumPy would not write");
}

TEST_CASE("a full disk while writing npy is one sentence") {
  REQUIRE(error_of([] { write_npy("/dev/full", npy_text("tea")); }) ==
          "cannot write '/dev/full': No space left on device");
}
