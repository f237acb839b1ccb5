#include <sys/stat.h>

#include <tl/io/mapped_file.hpp>
#include <utility>

#include "../catch.hpp"
#include "scratch.hpp"

using tl::io::MappedFile;

TEST_CASE("a mapped file has the bytes of the file, also after a move") {
  const Scratch scratch;
  MappedFile file(scratch.write("a", "tea"));
  REQUIRE(file.text() == "tea");
  MappedFile other(scratch.write("empty", ""));
  REQUIRE(other.bytes().empty());
  other = std::move(file);
  REQUIRE(other.text() == "tea");
  REQUIRE(other.path() == scratch.path("a"));
}

TEST_CASE("what cannot be mapped is named, with the reason") {
  const Scratch scratch;
  REQUIRE(error_of([&] { MappedFile(scratch.path("none")); }) ==
          "cannot read '" + scratch.path("none") + "': No such file or directory");
  REQUIRE(error_of([&] { MappedFile(scratch.path()); }) ==
          "cannot read '" + scratch.path() + "': it is not a regular file");
  ::mkfifo(scratch.path("pipe").c_str(), 0600);
  REQUIRE(error_of([&] { MappedFile(scratch.path("pipe")); }) ==
          "cannot read '" + scratch.path("pipe") + "': it is not a regular file");
}
