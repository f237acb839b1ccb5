#include "subject.hpp"

#include <algorithm>

#include "number.hpp"

namespace tl::app {

Subject find_subject(std::string_view subject, std::span<const std::string> tokens) {
  if (subject.empty()) throw Error("--subject is empty: give some text of the prompt");
  std::string text;
  std::vector<std::size_t> borders;  // of token i and the next one: [i, i + 1]
  for (const std::string& token : tokens) borders.push_back(text.size()), text += token;
  borders.push_back(text.size());
  const auto border = [&](std::size_t at) { return std::ranges::lower_bound(borders, at) - borders.begin(); };
  const auto is_border = [&](std::size_t at) { return std::ranges::binary_search(borders, at); };
  std::size_t found = text.find(subject);
  if (found == text.npos) throw Error("--subject is `", subject, "`, which the prompt does not contain");
  const std::size_t first_found = found;
  for (; found != text.npos; found = text.find(subject, found + 1)) {
    const std::size_t end = found + subject.size();
    const bool blank_before = found != 0 && text[found - 1] == ' ' && is_border(found - 1);
    if (!is_border(end) || !(is_border(found) || blank_before)) continue;
    return {static_cast<std::size_t>(border(is_border(found) ? found : found - 1)),
            static_cast<std::size_t>(border(end)) - 1};
  }
  // The tokens that it lies in.
  const auto first = static_cast<std::size_t>(std::ranges::upper_bound(borders, first_found) - borders.begin()) - 1;
  std::string pieces;
  for (std::size_t i = first; borders[i] < first_found + subject.size(); ++i)
    pieces += (i == first ? "`" : ", `") + tokens[i] + "`";
  throw Error("--subject is `", subject, "`, which begins or ends within a token of the prompt: the tokens there are ",
              pieces);
}

Subject SubjectOptions::read(const Model& model, std::span<const Token> tokens) const {
  if (texts_.empty() == positions_.empty())
    throw Error(texts_.empty() ? "there is no subject: give --subject TEXT or --subject-positions FIRST:END"
                               : "--subject and --subject-positions exclude each other");
  if (!texts_.empty()) {
    model.tokenizer();  // without which there is no text
    return find_subject(texts_[0], model.tokens(tokens));
  }
  const std::string& given = positions_[0];
  const std::size_t colon = given.find(':');
  if (colon == given.npos) throw Error("--subject-positions is `", given, "`, where FIRST:END is wanted, such as 2:4");
  const auto first =
      parse_number<std::size_t>(std::string_view(given).substr(0, colon), "the first position of --subject-positions");
  const auto end =
      parse_number<std::size_t>(std::string_view(given).substr(colon + 1), "the end of --subject-positions");
  if (first >= end || end > tokens.size())
    throw Error("--subject-positions is `", given, "`, which are no positions of a prompt of ", tokens.size(),
                " tokens");
  return {first, end - 1};
}

}  // namespace tl::app
