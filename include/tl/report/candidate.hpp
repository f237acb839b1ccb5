#pragma once
// What a chart shows of a cell or token on demand: the likeliest tokens there, or any others that carry a number.
#include <string>
#include <tl/core/namespace.hpp>
#include <tl/report/number.hpp>
#include <tl/report/token_label.hpp>
#include <vector>

namespace TL_NAMESPACE::report {

struct Candidate {
  std::string token;
  double value;  // a probability, a logit, an activation
};
using Candidates = std::vector<Candidate>;  // best first

// One a line, each after a line feed.
inline std::string lines(const Candidates& candidates) {
  std::string text;
  for (const Candidate& candidate : candidates)
    text += '\n' + isolated(token_label(candidate.token)) + "  " + number(candidate.value);
  return text;
}

}  // namespace TL_NAMESPACE::report
