#pragma once
// Characters that look like Latin letters and are none, and those that cannot be seen.
#include <string>
#include <string_view>
#include <tl/core/namespace.hpp>

namespace TL_NAMESPACE {

// The Cyrillic letter that looks like an ASCII one, as UTF-8; empty where none does.
std::string_view look_alike(char letter);

// The text with look-alikes (Cyrillic, Greek, full-width) as the ASCII characters that they look like, and without
// zero-width characters and soft hyphens. What is written in Cyrillic or Greek does not survive it, so it is for texts
// in Latin letters only; those come out as they were before homoglyphs were put into them.
std::string normalise_homoglyphs(std::string_view text);

}  // namespace TL_NAMESPACE

#ifdef TL_HEADER_ONLY
#include <tl/text/homoglyphs-inl.hpp>
#endif
