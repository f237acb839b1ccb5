#pragma once
// --dynamic-temperature: a rule and its numbers.
#include <array>
#include <string>
#include <string_view>
#include <tl/decode/temperature_rules.hpp>

#include "separated_list.hpp"

namespace tl::app {

// "edt[:THETA[,BASE]]", "range[:SPREAD[,EXPONENT]]" or "confidence[:SPREAD[,EXPONENT]]". Throws Error for anything
// else.
inline AnyTemperatureRule parse_temperature_rule(std::string_view word) {
  const std::string_view name = word.substr(0, word.find(':'));
  std::vector<double> numbers;
  if (name.size() != word.size())
    for (const std::string_view item : parse_list(word.substr(name.size() + 1), "--dynamic-temperature"))
      numbers.push_back(parse_number<double>(item, "a number of --dynamic-temperature"));
  if (numbers.size() > 2) throw Error("--dynamic-temperature is `", word, "`: a rule has two numbers at most");
  const auto make = [&]<class Rule>(Rule by_default) -> AnyTemperatureRule {
    if (numbers.empty()) return by_default;
    return numbers.size() == 1 ? Rule(numbers[0]) : Rule(numbers[0], numbers[1]);
  };
  if (name == "edt") return make(Edt());
  if (name == "range") return make(EntropyRange());
  if (name == "confidence") return make(ConfidenceRange());
  throw Error("--dynamic-temperature is `", word, "`, where edt[:THETA[,BASE]], range[:SPREAD[,EXPONENT]] or ",
              "confidence[:SPREAD[,EXPONENT]] is wanted");
}

}  // namespace tl::app
