#pragma once
#include <algorithm>
#include <tl/interp/indirect_object.hpp>

namespace TL_NAMESPACE {

namespace detail {
// Every occurrence of `what` replaced; returns how many there were.
TL_INLINE std::size_t replace_every(std::string& text, std::string_view what, std::string_view by) {
  std::size_t count = 0;
  for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, at + by.size()), ++count)
    text.replace(at, what.size(), by);
  return count;
}

// The prompt of a template. `{A} and {B}` come in the first clause in that order or, swapped, in the other; the
// subject of the second is the last {B}.
TL_INLINE ContrastText fill_template(const std::string& text, bool swapped, std::string_view a, std::string_view b) {
  const std::size_t second = std::min(text.rfind("{B}"), text.size());
  std::string first_clause = text.substr(0, second);
  if (swapped) {
    replace_every(first_clause, "{A}", "{C}");
    replace_every(first_clause, "{B}", "{A}");
    replace_every(first_clause, "{C}", "{B}");
  }
  std::string whole = first_clause + text.substr(second);
  if (replace_every(whole, "{A}", a) != 1 || replace_every(whole, "{B}", b) != 2)
    throw Error("the template `", text, "` has to have {A} once, the answer, and {B} twice");
  return {whole, " " + std::string(a), " " + std::string(b)};
}
}  // namespace detail

TL_INLINE std::vector<ContrastText> indirect_object_prompts(const IndirectObjectOptions& options) {
  static const std::vector<std::string> own_templates{
      "When {A} and {B} walked to the {place}, {B} handed the {object} to",
      "After {A} and {B} came back from the {place}, {B} gave the {object} to",
      "One day, {A} and {B} met at the {place}, and {B} brought the {object} to",
      "While {A} and {B} were playing near the {place}, {B} showed the {object} to"};
  static const std::vector<std::string> own_names{"Tom", "Mary", "Ben", "Anna", "Jack", "Lucy", "Sam", "Emma"};
  static const std::vector<std::string> own_places{"park", "school", "store", "river", "garden"};
  static const std::vector<std::string> own_objects{"ball", "book", "apple", "box", "flower"};
  const auto or_own = [](const auto& given, const auto& own) -> const std::vector<std::string>& {
    return given.empty() ? own : given;
  };
  const auto &templates = or_own(options.templates, own_templates), &names = or_own(options.names, own_names);
  const auto &places = or_own(options.places, own_places), &objects = or_own(options.objects, own_objects);
  if (names.size() < 2) throw Error("indirect object prompts need two names, and ", names.size(), " were given");

  std::vector<ContrastText> prompts;
  for (std::size_t i = 0; prompts.size() < options.count; ++i) {
    const auto drawn = [&](std::size_t index, std::size_t choices) {
      return static_cast<std::size_t>(uniform(options.random, i, Purpose::data, index) * static_cast<double>(choices));
    };
    std::string text = templates[drawn(0, templates.size())];
    detail::replace_every(text, "{place}", places[drawn(1, places.size())]);
    detail::replace_every(text, "{object}", objects[drawn(2, objects.size())]);
    const std::size_t a = drawn(3, names.size()), other = drawn(4, names.size() - 1), b = other + (other >= a);
    const bool baba = options.order == NameOrder::baba || (options.order == NameOrder::both && i % 2 == 1);
    prompts.push_back(detail::fill_template(text, baba, names[a], names[b]));
    if (options.symmetric && prompts.size() < options.count)
      prompts.push_back(detail::fill_template(text, !baba, names[b], names[a]));
  }
  return prompts;
}

}  // namespace TL_NAMESPACE
