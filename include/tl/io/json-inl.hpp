#pragma once
// JSON out of a file that nobody vouches for. Only other -inl.hpp include this.
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <tl/core/error.hpp>
#include <tl/io/quote.hpp>
#include <vector>

namespace TL_NAMESPACE::io::detail {

// Throws Error, naming the file, for text that is no JSON, that nests deeper than any format read here, or that names
// a key of one object twice (readers disagree about which counts).
inline nlohmann::json parse_json(std::string_view text, std::string_view file) {
  constexpr int deepest = 32;
  using json = nlohmann::json;
  std::vector<std::set<std::string>> keys;
  const auto check = [&](int depth, json::parse_event_t event, json& parsed) {
    if (depth > deepest) throw Error("'", file, "' is refused: its JSON nests deeper than ", deepest, " levels");
    if (event == json::parse_event_t::object_start) keys.emplace_back();
    if (event == json::parse_event_t::object_end) keys.pop_back();
    if (event == json::parse_event_t::key && !keys.back().insert(parsed.get<std::string>()).second)
      throw Error("'", file, "' names ", quote(parsed.get<std::string>()), " twice");
    return true;
  };
  try {
    return json::parse(text.begin(), text.end(), check);
  } catch (const json::parse_error& error) {
    throw Error("'", file, "' is not valid JSON: see its byte ", error.byte);
  } catch (const json::exception&) {
    throw Error("'", file, "' holds a number that JSON readers cannot represent");
  }
}

}  // namespace TL_NAMESPACE::io::detail
