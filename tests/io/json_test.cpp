#include <tl/io/json-inl.hpp>

#include <string>

#include "../catch.hpp"

using namespace tl;
using io::detail::parse_json;

TEST_CASE("JSON that readers agree about is read, and other text is refused by the file's name") {
  CHECK(parse_json(R"({"a": [1, 2.5, null], "b": {"a": "x"}})", "config.json")["b"]["a"] == "x");
  CHECK_THROWS_WITH(parse_json(R"({"a": 1, "a": 2})", "config.json"), "'config.json' names 'a' twice");
  CHECK_THROWS_WITH(parse_json(R"({"b": {"a": 1, "c": 2, "a": 1}})", "config.json"), "'config.json' names 'a' twice");
  CHECK_THROWS_WITH(parse_json(R"({"a": )", "config.json"), "'config.json' is not valid JSON: see its byte 7");
  CHECK_THROWS_WITH(parse_json("", "config.json"), Catch::Matchers::Contains("is not valid JSON"));
  CHECK_THROWS_WITH(parse_json(R"({"a": 1e999})", "config.json"),
                    "'config.json' holds a number that JSON readers cannot represent");
}

TEST_CASE("JSON that nests deeper than any format does is refused before it fills the stack") {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  CHECK_NOTHROW(parse_json(nested(32), "config.json"));
  CHECK_THROWS_WITH(parse_json(nested(34), "config.json"),
                    "'config.json' is refused: its JSON nests deeper than 32 levels");
  CHECK_THROWS_AS(parse_json(nested(1'000'000), "config.json"), Error);
}
