#pragma once
// The style sheet: of a drawing in a file of its own (light, plain CSS 2 that every SVG reader knows), and of a page,
// where each colour is a pair that follows the reader's scheme.
#include <cctype>
#include <set>
#include <string>
#include <string_view>
#include <tl/report/color.hpp>
#include <tl/report/color_scale.hpp>

namespace TL_NAMESPACE::report::detail {

// A colour as CSS: of a file the light one, of a page both.
struct Paint {
  bool page;
  std::string operator()(Color light, Color dark) const {
    return page ? "light-dark(" + css(light) + ',' + css(dark) + ')' : css(light);
  }
};

inline constexpr Color paper_light{255, 255, 255}, paper_dark{22, 23, 28};

// Six hues of lightnesses that differ as well, at least 3 : 1 on the paper (WCAG 2.2, 1.4.11); lines differ in dashes
// too.
TL_INLINE Color series_color(int series, Scheme scheme) {
  constexpr double hue[]{255, 45, 160, 330, 95, 215}, lightness[]{0.45, 0.62, 0.55, 0.50, 0.60, 0.62};
  const double l = lightness[series];
  return oklch(scheme == Scheme::light ? l : l + 0.22, 0.14, hue[series]);
}

TL_INLINE std::string chart_rules(const Paint& paint) {
  const std::string ink = paint({27, 27, 31}, {232, 232, 236}), muted = paint({90, 91, 100}, {165, 167, 178});
  const std::string faint = paint({216, 217, 224}, {62, 64, 73}), paper = paint(paper_light, paper_dark);
  std::string rules = "text{font:12px system-ui,-apple-system,'Segoe UI',sans-serif;pointer-events:none;fill:" +
                      (paint.page ? "var(--t," + ink + ')' : ink) +
                      "}.token{font-family:ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace}"
                      ".small{font-size:10.5px}.strong{font-size:15px;font-weight:600}"
                      ".middle{text-anchor:middle}.end{text-anchor:end}.muted{fill:" +
                      muted + "}.paper{fill:" + paper + "}.frame{fill:none;stroke:" + faint +
                      ";vector-effect:non-scaling-stroke}.grid{fill:none;stroke:" + faint +
                      "}.rule{fill:none;stroke:" + muted + "}.none{fill:none;stroke:" + faint +
                      ";vector-effect:non-scaling-stroke}";
  constexpr std::string_view dashes[]{"none", "7 3", "2 2", "9 3 2 3", "12 5", "4 2"};
  for (int i = 0; i != 6; ++i) {
    const std::string color = paint(series_color(i, Scheme::light), series_color(i, Scheme::dark));
    rules += ".c" + std::to_string(i) + "{fill:" + color + "}.line.c" + std::to_string(i) +
             "{fill:none;stroke:" + color + ";stroke-width:2;stroke-dasharray:" + std::string(dashes[i]) + '}';
  }
  return rules;
}

// The rules that the classes of this drawing need.
TL_INLINE std::string file_style(std::string_view drawing) {
  std::set<std::string, std::less<>> used;
  constexpr std::string_view opening = " class=\"";
  for (std::size_t from = drawing.find(opening); from != drawing.npos; from = drawing.find(opening, from)) {
    from += opening.size();
    const std::string_view classes = drawing.substr(from, drawing.find('"', from) - from);
    for (std::size_t start = 0; start < classes.size();) {
      const std::size_t stop = std::min(classes.find(' ', start), classes.size());
      const std::string_view name = classes.substr(start, stop - start);
      if (used.find(name) == used.end()) used.emplace(name);
      start = stop + 1;
    }
  }
  std::string style = chart_rules({.page = false});
  for (const ColorMap map : {ColorMap::sequential, ColorMap::diverging})
    for (int level = 0; level <= last_level; ++level) {
      const std::string name = css_class(map, level);
      const Color color = level_color(map, level, Scheme::light);
      if (used.contains(name))
        style += '.' + name + "{fill:" + css(color) + "}text." + name + "{fill:" + css(text_on(color)) + '}';
    }
  return style;
}

TL_INLINE std::string page_style() {
  const Paint paint{.page = true};
  std::string style = R"css(:root{color-scheme:light dark;--paper:PAPER;--ink:light-dark(#1b1b1f,#e8e8ec);
--muted:light-dark(#5a5b64,#a5a7b2);--faint:light-dark(#d8d9e0,#3e4049);--accent:light-dark(#0b57b0,#8ab8ff)}
*{box-sizing:border-box}
body{margin:0 auto;max-width:64rem;padding:1rem clamp(.8rem,3vw,2rem) 4rem;background:var(--paper);color:var(--ink);
font:16px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif;overflow-wrap:anywhere}
h1{font-size:1.6rem;line-height:1.2;margin:.4rem 3rem 1rem 0}h2{font-size:1.25rem;margin:2.2rem 0 .5rem}
p{margin:.5rem 0;max-width:48rem}a{color:var(--accent)}
nav ul{margin:0;padding:0;list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1rem}
figure{margin:1.4rem 0}figcaption{font-weight:600;margin-bottom:.3rem}.note{color:var(--muted);font-size:.9rem}
.scroll{overflow-x:auto;padding:2px}svg{display:block}svg.fluid{width:100%;max-width:34rem;height:auto}
rect,path,circle{fill:var(--f)}.s-legend{margin:.2rem 0}
.mark{cursor:default;outline:none}.mark:hover,.mark:focus,.mark.chosen{stroke:var(--ink);stroke-width:2}
.head{cursor:pointer}.head:hover .frame,.head:focus .frame,.head.chosen .frame{stroke:var(--ink);stroke-width:2}
.head:hover,.head:focus,.head.chosen{stroke:none}
.tokens{line-height:1.9;max-width:none}
.tokens .token{display:inline-block;white-space:pre;padding:0 .15em;margin:1px;border-radius:3px;
font-size:.92rem;max-width:100%;overflow:hidden;text-overflow:ellipsis;vertical-align:bottom;
background:var(--f,transparent);color:var(--t,inherit)}
.tokens .token.none{border-bottom:1px dotted var(--muted)}
.tokens .token:hover,.tokens .token:focus,.tokens .token.chosen{outline:2px solid var(--ink)}
table{border-collapse:collapse;font-size:.9rem;margin:.6rem 0}th,td{border-bottom:1px solid var(--faint);
padding:.25rem .8rem .25rem 0;text-align:left;vertical-align:top}
td.number{text-align:right;font-variant-numeric:tabular-nums}
#scheme{position:fixed;top:.6rem;right:.6rem;width:2.4rem;height:2.4rem;border:1px solid var(--faint);border-radius:50%;
background:var(--paper);color:var(--ink);font-size:1.1rem;cursor:pointer;z-index:2}
#tip{position:fixed;z-index:3;pointer-events:none;max-width:min(20rem,92vw);padding:.35rem .55rem;border-radius:5px;
background:var(--ink);color:var(--paper);font-size:.82rem;line-height:1.35;white-space:pre-wrap;
font-variant-numeric:tabular-nums}
@media print{#scheme,nav{display:none}}
)css";
  const std::string_view place = "PAPER";
  style.replace(style.find(place), place.size(), paint(paper_light, paper_dark));
  style += chart_rules(paint);
  for (const ColorMap map : {ColorMap::sequential, ColorMap::diverging})
    for (int level = 0; level <= last_level; ++level) {
      const Color light = level_color(map, level, Scheme::light), dark = level_color(map, level, Scheme::dark);
      style += '.' + css_class(map, level) + "{--f:" + paint(light, dark) +
               ";--t:" + paint(text_on(light), text_on(dark)) + '}';
    }
  return style;
}

}  // namespace TL_NAMESPACE::report::detail
