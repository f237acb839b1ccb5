// The bodies of include/tl/text: PCRE2 and JSON are included here and nowhere else.
#include <tl/text/homoglyphs-inl.hpp>
#include <tl/text/merges-inl.hpp>
#include <tl/text/pretokenizer-inl.hpp>
#include <tl/text/tokenizer-inl.hpp>
#include <tl/text/vocabulary-inl.hpp>
