#pragma once
// Indirect object identification (Wang et al. 2022, "Interpretability in the Wild"): two names, one of which comes
// again; the sentence goes on with the other. Templates, names, places and objects are our own.
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <tl/core/philox.hpp>
#include <tl/interp/contrast.hpp>
#include <vector>

namespace TL_NAMESPACE {

// The order of the names: the indirect object A, which is the answer, or the subject B first.
enum class NameOrder { abba, baba, both };

struct IndirectObjectOptions {
  std::size_t count = 8;
  NameOrder order = NameOrder::both;  // both: in turns
  // After each prompt the one in which the two names have changed roles in the second clause only: the answers, and
  // the sign of the logit difference, change, and nothing else does.
  bool symmetric = true;
  RandomKey random{};
  // {A}, {B}, {place} and {object} stand for what is drawn; empty: our own. A template ends where the answer begins.
  std::vector<std::string> templates{}, names{}, places{}, objects{};
};

// `count` prompts. Throws Error where a template lacks {A} or {B}, B does not come twice, or there are fewer than two
// names. Whether names are single tokens is for tokenized() to say: our own are, of GPT-2 and of the model that comes
// with the library.
std::vector<ContrastText> indirect_object_prompts(const IndirectObjectOptions& options = {});

}  // namespace TL_NAMESPACE

#ifdef TL_HEADER_ONLY
#include <tl/interp/indirect_object-inl.hpp>
#endif
