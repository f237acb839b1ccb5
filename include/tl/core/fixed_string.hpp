#pragma once
// A string usable as a template argument: Dim<"pos", 8>, capture<"blocks.3.hook_resid_post">().
#include <cstddef>
#include <string_view>
#include <tl/core/namespace.hpp>

namespace TL_NAMESPACE {

template <std::size_t N>
struct fixed_string {
  char chars[N]{};

  consteval fixed_string(const char (&literal)[N]) {
    for (std::size_t i = 0; i != N; ++i) chars[i] = literal[i];
  }
  consteval explicit fixed_string(std::string_view text) {
    for (std::size_t i = 0; i != text.size(); ++i) chars[i] = text[i];
  }

  constexpr std::string_view view() const { return {chars, N - 1}; }

  template <std::size_t M>
  friend constexpr bool operator==(const fixed_string& a, const fixed_string<M>& b) {
    return a.view() == b.view();
  }
};

}  // namespace TL_NAMESPACE
