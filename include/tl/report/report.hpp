#pragma once
// One HTML file with text, tables and charts that needs no network and no other file.
#include <string>
#include <string_view>
#include <tl/report/figure.hpp>
#include <utility>
#include <vector>

namespace TL_NAMESPACE::report {

// Light or dark as the reader's system says, or as the page's button does; whatever is given is escaped. Hovering or
// tapping a mark of a chart tells its value; Tab enters a chart, the arrow keys move in it. Without JavaScript the
// charts are there as well, and browsers show the values of most. An empty report is 28 KB.
class Report {
 public:
  // What made the report, as names and values: the command, the model and its hash, the version, the seed. It is the
  // table at the end. Throws Error where there is nothing in it: a picture of unknown origin is of no use.
  Report(std::string title, std::vector<std::pair<std::string, std::string>> provenance);

  Report& section(std::string_view heading);
  // Part of a section, to which a Table's cells may lead; the list of sections does not name it.
  Report& part(std::string_view heading, std::string_view anchor);
  Report& text(std::string_view paragraph);
  Report& add(const Figure auto& figure) { return add_html(figure.html()); }
  // Side by side where there is room.
  template <Figure... Figures>
  requires(sizeof...(Figures) > 1) Report& add(const Figures&... figures) {
    add_html("<div class=\"beside\">");
    (add_html(figures.html()), ...);
    return add_html("</div>\n");
  }

  std::string html() const;
  // Writes the file whole or not at all. Throws Error where the system refuses.
  void save(const std::string& path) const;

 private:
  Report& add_html(std::string_view html);

  std::string title_;
  std::vector<std::pair<std::string, std::string>> provenance_;
  std::vector<std::string> sections_;
  std::string body_;
};

}  // namespace TL_NAMESPACE::report

#ifdef TL_HEADER_ONLY
#include <tl/report/report-inl.hpp>
#endif
