#include <tl/io/npz.hpp>

#include "../catch.hpp"
#include "scratch.hpp"

using namespace tl::io;
using tl::Dim;

TEST_CASE("an archive that NumPy wrote is read") {
  const Npz npz(test_data("numpy.npz"));
  REQUIRE(npz.names() == std::vector<std::string>{"b", "d", "e", "f", "i", "j", "none", "t", "u"});
  const NpyArray f = npz.read("f");
  const auto view = f.view<float, Dim<"pos">, Dim<"d_model">>();
  REQUIRE(view.extent<"d_model">() == 3);
  REQUIRE(view(1, 2) == 1.25f);
  REQUIRE(npz.read("i").values<std::int64_t>()[1] == -2);
  REQUIRE(npz.read("j").values<std::int32_t>()[0] == 7);
  REQUIRE(npz.read("j").shape.empty());
  REQUIRE(npz.read("d").values<double>()[0] == 0.1);
  REQUIRE(npz.read("u").values<std::uint8_t>()[2] == 'a');
  REQUIRE(npz.read("b").values<bool>()[0]);
  REQUIRE(npz.read("e").shape == std::vector<std::size_t>{0, 4});
  REQUIRE(npz.read("t").text() == "na\u00efve \U0001F600");
  REQUIRE(npz.read("none").text().empty());
}

TEST_CASE("arrays are appended under their hook names, and a text") {
  const Scratch scratch;
  const std::string path = scratch.path("x.npz");
  tl::Tensor<float, Dim<"head", 2>, Dim<"pos">, Dim<"key_pos">> pattern(std::size_t{3}, std::size_t{3});
  tl::fill(pattern.view(), 0.25f);
  NpzWriter writer(path);
  writer.add("blocks.0.attn.hook_pattern", pattern);
  writer.add_text("provenance", R"({"seed": 7})");
  REQUIRE(scratch.files() == 1);  // the temporary one
  writer.finish();

  const Npz npz(path);
  REQUIRE(npz.has("provenance"));
  REQUIRE_FALSE(npz.has("hook_embed"));
  REQUIRE(npz.read("provenance").text() == R"({"seed": 7})");
  REQUIRE(npz.read("blocks.0.attn.hook_pattern").shape == std::vector<std::size_t>{2, 3, 3});
  REQUIRE(npz.read("blocks.0.attn.hook_pattern").values<float>()[17] == 0.25f);
  REQUIRE(error_of([&] { npz.read("hook_embed"); }) == "'" + path + "' has no member 'hook_embed.npy'");
}

TEST_CASE("a compressed array is refused with the way out") {
  const Npz npz(test_data("compressed.npz"));
  REQUIRE(error_of([&] { npz.read("f"); }) ==
          "'" + test_data("compressed.npz") +
              "': member 'f.npy' is compressed, which is not read: save it with numpy.savez");
}

TEST_CASE("a full disk while writing npz is one sentence") {
  NpzWriter npz("/dev/full");
  npz.add_text("provenance", "{}");
  REQUIRE(error_of([&] { npz.finish(); }) == "cannot write '/dev/full': No space left on device");
}
