#include <filesystem>
#include <tl/io/output_file.hpp>

#include "../catch.hpp"
#include "scratch.hpp"

using tl::io::OutputFile;

TEST_CASE("a file appears whole at commit, and not at all without") {
  const Scratch scratch;
  const std::string path = scratch.write("x", "before");
  {
    OutputFile file(path);
    file.write("half a st");
    REQUIRE(file_text(path) == "before");
  }
  REQUIRE(file_text(path) == "before");
  REQUIRE(scratch.files() == 1);
  OutputFile file(path);
  file.write("after");
  file.commit();
  REQUIRE(file.size() == 5);
  REQUIRE(file_text(path) == "after");
  REQUIRE(scratch.files() == 1);
}

TEST_CASE("a link stays a link, and its file is replaced") {
  const Scratch scratch;
  scratch.write("real", "before");
  std::filesystem::create_symlink("real", scratch.path("link"));
  OutputFile file(scratch.path("link"));
  file.write("after");
  file.commit();
  REQUIRE(std::filesystem::is_symlink(scratch.path("link")));
  REQUIRE(file_text(scratch.path("real")) == "after");
}

TEST_CASE("two writers of one target do not disturb each other: the last to commit wins") {
  const Scratch scratch;
  OutputFile first(scratch.path("x")), second(scratch.path("x"));
  first.write("first");
  second.write("second");
  second.commit();
  first.commit();
  REQUIRE(file_text(scratch.path("x")) == "first");
  REQUIRE(scratch.files() == 1);
}

TEST_CASE("a refusal of the system is one sentence with the path") {
  const Scratch scratch;
  REQUIRE(error_of([] {
            OutputFile file("/dev/full");
            file.write("x");
            file.commit();
          }) == "cannot write '/dev/full': No space left on device");
  REQUIRE(error_of([] {
            OutputFile file("/dev/full");
            file.write(std::string(1 << 20, 'x'));  // beyond any buffer: noticed at once
          }) == "cannot write '/dev/full': No space left on device");
  REQUIRE(error_of([&] { OutputFile(scratch.path()); }) == "cannot write '" + scratch.path() + "': Is a directory");
  REQUIRE(error_of([&] { OutputFile(scratch.path("none/x")); }) ==
          "cannot write '" + scratch.path("none/x") + "': No such file or directory");
}
