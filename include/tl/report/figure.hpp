#pragma once
// What every chart is, and how a page frames one.
#include <concepts>
#include <string>
#include <string_view>
#include <tl/core/namespace.hpp>
#include <tl/report/escape.hpp>

namespace TL_NAMESPACE::report {

// html() is the figure of a Report, svg() of a chart a file of its own, on white. Both throw Error, one sentence that
// names the title, where there is nothing to draw or lengths disagree.
template <class F>
concept Figure = requires(const F& figure) {
  { figure.html() } -> std::same_as<std::string>;
};
template <class C>
concept Chart = Figure<C> && requires(const C& chart) {
  { chart.svg() } -> std::same_as<std::string>;
};

// A figure of that kind (a class of the page's style and script) around a body of HTML.
inline std::string figure(std::string_view kind, std::string_view title, std::string_view note, std::string_view body,
                          std::string_view attributes = {}) {
  std::string html = "<figure class=\"" + std::string(kind) + '"' + std::string(attributes) + '>';
  if (!title.empty()) html += "<figcaption>" + escape(title) + "</figcaption>";
  if (!note.empty()) html += "<p class=\"note\">" + escape(note) + "</p>";
  return (html += body) += "</figure>\n";
}

// A drawing that keeps its size and scrolls by itself where the page is narrower.
inline std::string scrolling(std::string_view svg) { return "<div class=\"scroll\">" + std::string(svg) + "</div>"; }

}  // namespace TL_NAMESPACE::report
