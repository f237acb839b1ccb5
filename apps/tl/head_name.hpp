#pragma once
// A head on the command line: LAYER.HEAD.
#include <string>
#include <string_view>
#include <tl/interp/head_scores.hpp>

#include "number.hpp"

namespace tl::app {

inline std::string head_name(const HeadAt& head) {
  return std::to_string(head.layer) + "." + std::to_string(head.head);
}

// Throws Error, which `what` begins, where the text is no head of the model: "--head".
inline HeadAt parse_head(std::string_view text, std::string_view what, const Config& config) {
  const std::size_t dot = text.find('.');
  if (dot == text.npos) throw Error(what, " is `", text, "`, where LAYER.HEAD is wanted, such as 4.2");
  const HeadAt head{parse_number<std::size_t>(text.substr(0, dot), "the layer of " + std::string(what)),
                    parse_number<std::size_t>(text.substr(dot + 1), "the head of " + std::string(what))};
  head.check(config);
  return head;
}

}  // namespace tl::app
