#pragma once
// The one exception type: a sentence that says what was wrong, where, and what to do. Thrown at boundaries only
// (files, command line, token lists, configurations); inside the library invariants are types.
#include <concepts>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tl/core/namespace.hpp>

namespace TL_NAMESPACE {

class Error : public std::runtime_error {
 public:
  // The parts, strings and numbers, are joined as they stand: Error("token ", 7, " is out of range").
  template <class... Parts>
  explicit Error(const Parts&... parts) : std::runtime_error((std::string() + ... + text(parts))) {}

 private:
  static std::string text(std::string_view part) { return std::string(part); }
  template <class Number>
    requires std::integral<Number> || std::floating_point<Number>
  static std::string text(Number part) {
    return std::to_string(part);
  }
};

}  // namespace TL_NAMESPACE
