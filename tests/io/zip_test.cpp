#include <tl/io/zip.hpp>

#include "../catch.hpp"
#include "scratch.hpp"

using namespace tl::io;

namespace {
std::string content(const ZipReader& zip, std::string_view name) {
  const auto bytes = zip.content(name);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void write_zip(const std::string& path, std::uint64_t zip64_from) {
  ZipWriter zip(path, zip64_from);
  zip.add("first", "he", std::as_bytes(std::span("ad and body", 11)));
  zip.add("empty", "", {});
  zip.add("na\u00efve", std::string(300, 'x'), {});
  zip.finish();
}
}  // namespace

TEST_CASE("members come back, with 32-bit and with 64-bit fields") {
  const Scratch scratch;
  for (const std::uint64_t zip64_from : {0xffffffffu, 100u, 0u}) {
    write_zip(scratch.path("x.zip"), zip64_from);
    const ZipReader zip(scratch.path("x.zip"));
    REQUIRE(zip.members().size() == 3);
    REQUIRE(content(zip, "first") == "head and body");
    REQUIRE(content(zip, "empty").empty());
    REQUIRE(content(zip, "na\u00efve") == std::string(300, 'x'));
    REQUIRE(error_of([&] { zip.content("none"); }) == "'" + scratch.path("x.zip") + "' has no member 'none'");
    const std::string bytes = file_text(scratch.path("x.zip"));
    REQUIRE((bytes.find("PK\x06\x06") != bytes.npos) == (zip64_from <= 100));
  }
}

TEST_CASE("more members than 16 bits count") {
  const Scratch scratch;
  ZipWriter zip(scratch.path("x.zip"));
  for (int i = 0; i != 66'000; ++i) zip.add(std::to_string(i), "", {});
  zip.finish();
  REQUIRE(ZipReader(scratch.path("x.zip")).members().size() == 66'000);
}

TEST_CASE("names are taken once") {
  const Scratch scratch;
  ZipWriter zip(scratch.path("x.zip"));
  zip.add("a", "", {});
  const std::string end = " is there already, or its name is too long";
  REQUIRE(error_of([&] { zip.add("a", "", {}); }) ==
          "cannot write '" + scratch.path("x.zip") + "': the member 'a'" + end);
  REQUIRE(error_of([&] { zip.add(std::string(65'536, 'b'), "", {}); }).ends_with(end));
}

TEST_CASE("an archive cut anywhere, or with any byte changed, is refused or read within its bounds") {
  const Scratch scratch;
  write_zip(scratch.path("x.zip"), 100);
  const std::string whole = file_text(scratch.path("x.zip"));
  const auto read_all = [&](std::string_view bytes) {
    return error_of([&] {
      const ZipReader zip(scratch.write("y.zip", bytes));
      for (const auto& [name, member] : zip.members()) zip.content(name);
    });
  };
  REQUIRE(read_all(whole) == "no Error");
  for (std::size_t size = 0; size != whole.size(); ++size) REQUIRE(read_all(whole.substr(0, size)) != "no Error");
  const std::size_t stored = whole.find("xxx");
  for (std::size_t i = 0; i != whole.size(); ++i) {
    std::string changed = whole;
    changed[i] = static_cast<char>(~changed[i]);
    const std::string message = read_all(changed);
    if (i >= stored && i < stored + 300)
      REQUIRE(message == "'" + scratch.path("y.zip") + "': member 'na\u00efve' is damaged: its checksum differs");
  }
}

TEST_CASE("what is no archive is named") {
  const Scratch scratch;
  REQUIRE(error_of([&] { ZipReader(scratch.write("x", std::string(100'000, 'P'))); }) ==
          "'" + scratch.path("x") + "' is no zip file, or was cut short: the record that ends one is not there");
}
