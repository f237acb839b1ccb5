#pragma once
// Whether the points of an answer may be written at the same time. Points that are expanded side by side know of each
// other only what the skeleton says, so an answer whose points follow from one another has to be written in order. Ning
// et al. (2023, section 4) ask a large model, or train a classifier; GPT-2 cannot judge that, so the rule here is
// words.
#include <algorithm>
#include <concepts>
#include <span>
#include <string>
#include <string_view>
#include <tl/core/namespace.hpp>
#include <tl/skeleton/skeleton_points.hpp>
#include <utility>
#include <vector>

namespace TL_NAMESPACE {

struct Route {
  bool parallel = true;
  std::string reason{};
};

// Any function of the question and the points that gives a Route: a rule, a classifier, a model asked.
template <class R>
concept SkeletonRouter = requires(const R& router, std::string_view question, std::span<const SkeletonPoint> list) {
  { router(question, list) } -> std::same_as<Route>;
};

// Sequential where the question has one of the words of dependence, or a point begins with one that refers to those
// before it. Whole words, in any case. It errs: no list of words knows what a question means.
class DependenceWords {
 public:
  static std::vector<std::string> usual_in_question() {
    return {"because", "calculate", "compute", "continue", "derive", "how many", "plot", "proof",
            "prove",   "solve",     "step",    "steps",    "story",  "then",     "why"};
  }
  static std::vector<std::string> usual_in_point() {
    return {"after", "afterwards", "also", "finally", "he",        "hence", "it",
            "next",  "she",        "so",   "then",    "therefore", "they"};
  }

  explicit DependenceWords(std::vector<std::string> in_question = usual_in_question(),
                           std::vector<std::string> point_begins = usual_in_point())
      : in_question_(std::move(in_question)), point_begins_(std::move(point_begins)) {}

  Route operator()(std::string_view question, std::span<const SkeletonPoint> list) const {
    const std::string asked = words_of(question);
    for (const std::string& word : in_question_)
      if (asked.find(words_of(word)) != asked.npos) return {false, "the question says `" + word + "`"};
    for (const SkeletonPoint& point : list)
      for (const std::string& word : point_begins_)
        if (words_of(point.text).starts_with(words_of(word)))
          return {false, "point " + std::to_string(point.index) + " begins with `" + word + "`"};
    return {true, "no word of the question or of a point's beginning says that points depend on each other"};
  }

 private:
  // In lower case, between single spaces, with one at either end.
  static std::string words_of(std::string_view text) {
    std::string words = " ";
    for (const char c : text) {
      const bool upper = c >= 'A' && c <= 'Z', letter = upper || (c >= 'a' && c <= 'z') || c == '\'' || c < 0;
      if (letter) words += upper ? static_cast<char>(c - 'A' + 'a') : c;
      else if (words.back() != ' ') words += ' ';
    }
    if (words.back() != ' ') words += ' ';
    return words;
  }

  std::vector<std::string> in_question_, point_begins_;
};

}  // namespace TL_NAMESPACE
