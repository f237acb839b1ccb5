#include <tl/io/safetensors_shards.hpp>
#include <tl/io/safetensors_writer.hpp>
#include <vector>

#include "../catch.hpp"
#include "scratch.hpp"

using namespace tl::io;

namespace {
void write_file(const std::string& path, const std::vector<std::string>& names) {
  std::vector<TensorSpec> tensors;
  for (const std::string& name : names) tensors.push_back({name, {1}});
  SafetensorsWriter file(path, tensors, Dtype::f32);
  for (std::size_t i = 0; i != names.size(); ++i) file.write(std::vector<float>{static_cast<float>(i)});
  file.finish();
}
}  // namespace

TEST_CASE("one file, or the files of an index, look the same") {
  const Scratch scratch;
  write_file(scratch.path("one.safetensors"), {"a", "b"});
  write_file(scratch.path("two.safetensors"), {"c"});
  const std::string index = scratch.write("model.safetensors.index.json", R"({"metadata":{"total_size":12},
    "weight_map":{"a":"one.safetensors","b":"one.safetensors","c":"two.safetensors"}})");
  const SafetensorsShards shards(scratch.path());
  REQUIRE(shards.files().size() == 2);
  REQUIRE(shards.listing() == index);
  REQUIRE(shards.tensors().size() == 3);
  REQUIRE(shards.tensors().at("b").file->path() == scratch.path("one.safetensors"));
  REQUIRE(shards.tensors().at("c").tensor->shape == std::vector<std::size_t>{1});

  write_file(scratch.path("model.safetensors"), {"a"});  // goes first, as in transformers
  const SafetensorsShards single(scratch.path());
  REQUIRE(single.listing() == scratch.path("model.safetensors"));
  REQUIRE(single.tensors().size() == 1);
}

TEST_CASE("an index that its files contradict is refused") {
  const Scratch scratch;
  write_file(scratch.path("one.safetensors"), {"a", "b"});
  const std::string index = scratch.path("model.safetensors.index.json");
  const auto refusal = [&](std::string_view text) {
    scratch.write("model.safetensors.index.json", text);
    return error_of([&] { SafetensorsShards(scratch.path()); });
  };
  REQUIRE(refusal(R"({"weight_map":{"a":"one.safetensors"}})") ==
          "'" + scratch.path("one.safetensors") + "' holds tensor 'b', which '" + index + "' does not place there");
  REQUIRE(refusal(R"({"weight_map":{"a":"one.safetensors","b":"one.safetensors","c":"one.safetensors"}})") ==
          "'" + scratch.path("one.safetensors") + "' has no tensor 'c'");
  REQUIRE(refusal(R"({"weight_map":{"a":"gone.safetensors"}})") ==
          "cannot read '" + scratch.path("gone.safetensors") + "': No such file or directory");
  for (const char* file :
       {R"("/etc/passwd")", R"("../one.safetensors")", R"("a/b")", R"("")", R"("..")", "7", R"("x\u0000y")"})
    REQUIRE(refusal(R"({"weight_map":{"a":)" + std::string(file) + "}}") ==
            "'" + index + "': the file of tensor 'a' is not a plain file name");
  for (const char* text : {"{}", "[]", "7", R"({"weight_map":["a"]})"})
    REQUIRE(refusal(text) == "'" + index + "' has no weight_map from tensors to files");
  REQUIRE(refusal("{") == "'" + index + "' is not valid JSON: see its byte 2");
}

TEST_CASE("a folder without weights is named") {
  const Scratch scratch;
  REQUIRE(error_of([&] { SafetensorsShards(scratch.path()); }) ==
          "cannot read '" + scratch.path("model.safetensors") + "': No such file or directory");
  scratch.write("pytorch_model.bin", "");
  REQUIRE(error_of([&] { SafetensorsShards(scratch.path()); }) ==
          "'" + scratch.path() + "' holds pytorch_model.bin, which is not read: save it again as model.safetensors");
}
