#pragma once
#include <algorithm>
#include <tl/report/escape.hpp>
#include <tl/report/number.hpp>
#include <tl/report/style-inl.hpp>
#include <tl/report/svg.hpp>
#include <tl/report/token_label.hpp>

namespace TL_NAMESPACE::report {

namespace detail {

inline std::string attribute(std::string_view name, double value) {
  return ' ' + std::string(name) + "=\"" + coordinate(value) + '"';
}

}  // namespace detail

TL_INLINE void Svg::shape(std::string_view name, std::string_view attributes, std::string_view classes,
                          std::string_view tip) {
  body_ += '<';
  body_ += name;
  body_ += tip.empty() ? " class=\"" : " class=\"mark ";
  (body_ += classes) += '"';
  body_ += attributes;
  if (tip.empty()) body_ += "/>";
  else ((((body_ += "><title>") += escape(tip)) += "</title></") += name) += '>';
}

TL_INLINE void Svg::rect(double x, double y, double width, double height, std::string_view classes,
                         std::string_view tip) {
  using detail::attribute;
  shape("rect", attribute("x", x) + attribute("y", y) + attribute("width", width) + attribute("height", height),
        classes, tip);
}

TL_INLINE void Svg::circle(double x, double y, double radius, std::string_view classes, std::string_view tip) {
  using detail::attribute;
  shape("circle", attribute("cx", x) + attribute("cy", y) + attribute("r", radius), classes, tip);
}

TL_INLINE void Svg::path(std::string_view d, std::string_view classes, std::string_view tip) {
  shape("path", " d=\"" + std::string(d) + '"', classes, tip);
}

TL_INLINE void Svg::line(double x1, double y1, double x2, double y2, std::string_view classes) {
  path('M' + coordinate(x1) + ' ' + coordinate(y1) + 'L' + coordinate(x2) + ' ' + coordinate(y2), classes);
}

TL_INLINE void Svg::text(double x, double y, std::string_view text, std::string_view classes) {
  ((body_ += "<text class=\"") += classes) += '"';
  body_ += detail::attribute("x", x) + detail::attribute("y", y) + '>' + escape(text) + "</text>";
}

TL_INLINE void Svg::turned_text(double x, double y, std::string_view text, std::string_view classes) {
  ((body_ += "<text class=\"") += classes) += "\" transform=\"translate(";
  body_ += coordinate(x) + ' ' + coordinate(y) + ") rotate(-60)\">" + escape(text) + "</text>";
}

TL_INLINE void Svg::no_value(double x, double y, double width, double height, std::string_view tip) {
  const std::string left = coordinate(x), right = coordinate(x + width), top = coordinate(y),
                    bottom = coordinate(y + height);
  path('M' + left + ' ' + top + 'H' + right + 'V' + bottom + 'H' + left + "ZL" + right + ' ' + bottom, "none", tip);
}

TL_INLINE void Svg::open(double x, double y, double scale, std::string_view classes, std::string_view attributes,
                         std::string_view tip) {
  body_ += tip.empty() ? "<g class=\"" : "<g class=\"mark ";
  body_ += classes;
  body_ += "\" transform=\"translate(" + coordinate(x) + ' ' + coordinate(y) + ')';
  if (scale != 1) body_ += " scale(" + number(scale, 6) + ')';
  body_ += '"';
  if (!attributes.empty()) (body_ += ' ') += attributes;
  body_ += '>';
  if (!tip.empty()) ((body_ += "<title>") += escape(tip)) += "</title>";
}

TL_INLINE std::string Svg::in_page(bool fluid) const {
  const std::string width = coordinate(width_), height = coordinate(height_);
  return std::string("<svg") + (fluid ? " class=\"fluid\"" : "") + " viewBox=\"0 0 " + width + ' ' + height +
         "\" width=\"" + width + "\" height=\"" + height + "\" role=\"group\">" + body_ + "</svg>";
}

TL_INLINE std::string Svg::file(std::string_view title) const {
  constexpr double margin = 10, heading = 26;
  const double inner = std::max(width_, 8.2 * static_cast<double>(columns(title)));
  const std::string width = coordinate(inner + 2 * margin), height = coordinate(height_ + 2 * margin + heading);
  const std::string box = coordinate(-margin) + ' ' + coordinate(-margin - heading) + ' ' + width + ' ' + height;
  Svg frame(0, 0);
  frame.rect(-margin, -margin - heading, inner + 2 * margin, height_ + 2 * margin + heading, "paper");
  frame.text(0, -heading / 2, title, "strong");
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"" + box + "\" width=\"" + width + "\" height=\"" +
         height + "\" role=\"group\" aria-label=\"" + escape(title) + "\"><style>" + detail::file_style(body_) +
         "</style>" + frame.body_ + body_ + "</svg>\n";
}

}  // namespace TL_NAMESPACE::report
