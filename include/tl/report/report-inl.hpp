#pragma once
#include <tl/core/error.hpp>
#include <tl/io/output_file.hpp>
#include <tl/report/escape.hpp>
#include <tl/report/report.hpp>
#include <tl/report/script-inl.hpp>
#include <tl/report/style-inl.hpp>
#include <tl/text/printable.hpp>

namespace TL_NAMESPACE::report {

TL_INLINE Report::Report(std::string title, std::vector<std::pair<std::string, std::string>> provenance)
    : title_(std::move(title)), provenance_(std::move(provenance)) {
  if (provenance_.empty())
    throw Error("the report ", text::in_quotes(title_), " does not say what made it: give its provenance");
}

TL_INLINE Report& Report::section(std::string_view heading) {
  sections_.emplace_back(heading);
  body_ += "<h2 id=\"section-" + std::to_string(sections_.size()) + "\">" + escape(heading) + "</h2>\n";
  return *this;
}

TL_INLINE Report& Report::text(std::string_view paragraph) {
  body_ += "<p>" + escape(paragraph) + "</p>\n";
  return *this;
}

TL_INLINE Report& Report::part(std::string_view heading, std::string_view anchor) {
  body_ += "<h3 id=\"" + escape(anchor) + "\">" + escape(heading) + "</h3>\n";
  return *this;
}

TL_INLINE Report& Report::add_html(std::string_view html) {
  body_ += html;
  return *this;
}

TL_INLINE std::string Report::html() const {
  // The policy holds the page to its word: nothing is loaded from anywhere.
  std::string page =
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
      "script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
      escape(title_) + "</title>\n<style>" + detail::page_style() +
      "</style></head>\n<body><button id=\"scheme\" type=\"button\" aria-label=\"Dark or light\" title=\"Dark or "
      "light\">"
      "\u25D0</button>\n<h1>" +
      escape(title_) + "</h1>\n";
  if (sections_.size() > 1) {
    page += "<nav aria-label=\"Sections\"><ul>";
    for (std::size_t i = 0; i != sections_.size(); ++i)
      page += "<li><a href=\"#section-" + std::to_string(i + 1) + "\">" + escape(sections_[i]) + "</a></li>";
    page += "</ul></nav>\n";
  }
  page += "<main>\n" + body_ +
          "</main>\n<footer><h2>What made this</h2>\n<div class=\"scroll\"><table class=\"provenance\"><tbody>\n";
  for (const auto& [name, value] : provenance_)
    page += "<tr><th scope=\"row\">" + escape(name) + "</th><td>" + escape(value) + "</td></tr>\n";
  return page + "</tbody></table></div></footer>\n<div id=\"tip\" role=\"tooltip\" hidden></div>\n<script>" +
         std::string(detail::page_script) + "</script></body></html>\n";
}

TL_INLINE void Report::save(const std::string& path) const {
  io::OutputFile file(path);
  file.write(html());
  file.commit();
}

}  // namespace TL_NAMESPACE::report
