#pragma once
// An SVG drawing being made. Colours and fonts are classes: a page styles its drawings, a file carries its own style.
#include <string>
#include <string_view>
#include <tl/core/namespace.hpp>

namespace TL_NAMESPACE::report {

// Lengths are pixels, y points down. Text and tips are escaped here; classes are the library's own:
//   s0..s64, d0..d64, none   colours of a ColorScale, and of a cell that has no value
//   c0..c5                   colours of series; with `line` they stroke
//   token, small, muted, strong, start (the default), middle, end     text
//   rule, grid               lines of axes
// A shape with a tip is a mark: it stands for a value, a reader may hover or focus it, and the tip says what it is.
class Svg {
 public:
  Svg(double width, double height) : width_(width), height_(height) {}

  void rect(double x, double y, double width, double height, std::string_view classes, std::string_view tip = {});
  void circle(double x, double y, double radius, std::string_view classes, std::string_view tip = {});
  void path(std::string_view d, std::string_view classes, std::string_view tip = {});
  void line(double x1, double y1, double x2, double y2, std::string_view classes);
  // y is the baseline's. Turned text runs upwards to the right, by 60 degrees, from that point.
  void text(double x, double y, std::string_view text, std::string_view classes);
  void turned_text(double x, double y, std::string_view text, std::string_view classes);
  // A rectangle crossed out: a cell that has no value.
  void no_value(double x, double y, double width, double height, std::string_view tip);
  // What is drawn until close() is one group, moved and scaled. Attributes are written as they stand.
  void open(double x, double y, double scale, std::string_view classes, std::string_view attributes = {},
            std::string_view tip = {});
  void close() { body_ += "</g>"; }

  double width() const { return width_; }
  double height() const { return height_; }
  void set_height(double height) { height_ = height; }  // where it is known last

  // For a page with the report's style sheet. fluid: as wide as there is room, for charts whose cells need not be
  // large.
  std::string in_page(bool fluid) const;
  // A file of its own, on white, with its title above.
  std::string file(std::string_view title) const;

 private:
  void shape(std::string_view name, std::string_view attributes, std::string_view classes, std::string_view tip);

  double width_, height_;
  std::string body_;
};

}  // namespace TL_NAMESPACE::report

#ifdef TL_HEADER_ONLY
#include <tl/report/svg-inl.hpp>
#endif
