#include <tl/core/philox.hpp>
#include <tl/decode/stop.hpp>

#include "../catch.hpp"

using tl::StopStrings;

namespace {
// The text cut before the stop string that is complete first; of those that end there, the longest.
std::string cut(const std::string& text, const std::vector<std::string>& stops, bool& stopped) {
  for (std::size_t end = 1; end <= text.size(); ++end) {
    std::size_t longest = 0;
    for (const auto& stop : stops)
      if (text.substr(0, end).ends_with(stop)) longest = std::max(longest, stop.size());
    if (longest != 0) return stopped = true, text.substr(0, end - longest);
  }
  return stopped = false, text;
}
}  // namespace

TEST_CASE("stop tokens") {
  const tl::StopTokens stops({50256, 0});
  CHECK((stops.contains(0) && stops.contains(50256) && !stops.contains(1)));
  CHECK_FALSE(tl::StopTokens{}.contains(0));
}

TEST_CASE("what may become a stop string is held back, and let go when it does not") {
  StopStrings stop({"\n\nQ:"});
  CHECK(stop.push("Yes.\n") == "Yes.");
  CHECK(stop.push("\n") == "");
  CHECK(stop.push("No") == "\n\nNo");
  CHECK(stop.push("\n\n\nQ") == "\n");
  CHECK_FALSE(stop.stopped());
  CHECK(stop.push(": more") == "");
  CHECK(stop.stopped());
  CHECK(stop.push("never") == "");
  CHECK(stop.finish() == "");
}

TEST_CASE("the end of the text lets go what was held back") {
  StopStrings stop({"END"});
  CHECK(stop.push("the EN") == "the ");
  CHECK(stop.finish() == "EN");
  CHECK(stop.finish() == "");
}

TEST_CASE("without stop strings everything passes") {
  StopStrings stop;
  CHECK(stop.push("abc") == "abc");
  CHECK(stop.finish() == "");
}

TEST_CASE("the first to be complete wins, then the longest") {
  StopStrings inner({"abcd", "c"}), suffix({"d", "cd"});
  CHECK(inner.push("abcd") == "ab");
  CHECK(suffix.push("abcd") == "ab");
}

TEST_CASE("an empty stop string is refused") { CHECK_THROWS_AS(StopStrings({"a", ""}), tl::Error); }

TEST_CASE("any text, any stop strings, any cut into pieces: the text before the first stop, and never a part of one") {
  std::size_t stops_met = 0;
  for (std::uint64_t seed = 0; seed != 3000; ++seed) {
    std::size_t index = 0;
    const auto below = [&](std::size_t n) {
      return static_cast<std::size_t>(tl::uniform({seed, 0}, 0, tl::Purpose::test, index++) * double(n));
    };
    const auto word = [&](std::size_t length) {
      std::string result;
      while (length-- != 0) result += "ab\xc3"[below(3)];  // few letters, so that borders and overlaps are common
      return result;
    };
    std::vector<std::string> stops;
    for (std::size_t i = 0, n = 1 + below(3); i != n; ++i) stops.push_back(word(1 + below(6)));
    const std::string text = word(below(40));
    bool stopped = false;
    const std::string expected = cut(text, stops, stopped);
    StopStrings stream(stops);
    std::string printed;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t length = std::min(1 + below(7), text.size() - at);
      printed += stream.push(std::string_view(text).substr(at, length));
      at += length;
      REQUIRE(expected.starts_with(printed));
    }
    CHECK(stream.stopped() == stopped);
    printed += stream.finish();
    REQUIRE(printed == expected);
    stops_met += stopped;
  }
  CHECK((stops_met > 500 && stops_met < 2900));
}
