#pragma once
// The style sheet: of a drawing in a file of its own (light, plain CSS 2 that every SVG reader knows), and of a page,
// where each colour is a pair that follows the reader's scheme.
#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <tl/report/color.hpp>
#include <tl/report/color_scale.hpp>
#include <vector>

namespace TL_NAMESPACE::report::detail {

// The colours that are no level of a scale, as the rules below call them: var(--ink).
struct NamedColor {
  std::string name;
  Color light, dark;
};
TL_INLINE std::vector<NamedColor> named_colors() {
  std::vector<NamedColor> colors{{"paper", paper(Scheme::light), paper(Scheme::dark)},
                                 {"ink", {27, 27, 31}, {232, 232, 236}},
                                 {"muted", {90, 91, 100}, {165, 167, 178}},
                                 {"faint", {216, 217, 224}, {62, 64, 73}},
                                 {"accent", {11, 87, 176}, {138, 184, 255}}};
  for (int i = 0; i != series_count; ++i)
    colors.push_back({'c' + std::to_string(i), series_color(i, Scheme::light), series_color(i, Scheme::dark)});
  return colors;
}

inline std::string light_and_dark(Color light, Color dark) {
  return "light-dark(" + css(light) + ',' + css(dark) + ')';
}

inline constexpr std::string_view drawing_rules =
    R"css(text{font:12px system-ui,-apple-system,'Segoe UI',sans-serif;pointer-events:none;fill:var(--ink)}
.token{font-family:ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace}
.small{font-size:10.5px}.strong{font-size:15px;font-weight:600}.middle{text-anchor:middle}.end{text-anchor:end}
.muted{fill:var(--muted)}.paper{fill:var(--paper)}.grid{fill:none;stroke:var(--faint)}
.rule{fill:none;stroke:var(--muted)}
.frame,.none{fill:none;stroke:var(--faint);vector-effect:non-scaling-stroke}
.c0{fill:var(--c0)}.c1{fill:var(--c1)}.c2{fill:var(--c2)}.c3{fill:var(--c3)}.c4{fill:var(--c4)}.c5{fill:var(--c5)}
.line{fill:none;stroke-width:2}.line.c0{stroke:var(--c0)}.line.c1{stroke:var(--c1);stroke-dasharray:7 3}
.line.c2{stroke:var(--c2);stroke-dasharray:2 2}.line.c3{stroke:var(--c3);stroke-dasharray:9 3 2 3}
.line.c4{stroke:var(--c4);stroke-dasharray:12 5}.line.c5{stroke:var(--c5);stroke-dasharray:4 2}
)css";

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
  std::string style(drawing_rules);
  for (const NamedColor& color : named_colors()) {
    const std::string name = "var(--" + color.name + ')', value = css(color.light);
    for (std::size_t from; (from = style.find(name)) != style.npos;) style.replace(from, name.size(), value);
  }
  for (const ColorMap map : color_maps)
    for (int level = 0; level <= last_level; ++level) {
      const std::string name = css_class(map, level);
      const Color color = level_color(map, level, Scheme::light);
      if (used.contains(name))
        style += '.' + name + "{fill:" + css(color) + "}text." + name + "{fill:" + css(text_on(color)) + '}';
    }
  return style;
}

TL_INLINE std::string page_style() {
  std::string style = ":root{color-scheme:light dark";
  for (const NamedColor& color : named_colors())
    style += ";--" + color.name + ':' + light_and_dark(color.light, color.dark);
  (style += "}\n") += drawing_rules;
  style += R"css(*{box-sizing:border-box}
body{margin:0 auto;max-width:64rem;padding:1rem clamp(.8rem,3vw,2rem) 4rem;background:var(--paper);color:var(--ink);
font:16px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif;overflow-wrap:anywhere}
h1{font-size:1.6rem;line-height:1.2;margin:.4rem 3rem 1rem 0}h2{font-size:1.25rem;margin:2.2rem 0 .5rem}
p{margin:.5rem 0;max-width:48rem}a{color:var(--accent)}
nav ul{margin:0;padding:0;list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1rem}
figure{margin:1.4rem 0}figcaption{font-weight:600;margin-bottom:.3rem}.note{color:var(--muted);font-size:.9rem}
.scroll{overflow-x:auto;padding:2px}svg{display:block}rect,path,circle{fill:var(--f)}
svg.fluid{width:100%;max-width:34rem;height:auto}

text{fill:var(--t,var(--ink))}.mark{cursor:default;outline:none}
.mark:hover,.mark:focus,.mark.chosen{stroke:var(--ink);stroke-width:2}
.head{cursor:pointer}.head:hover .frame,.head:focus .frame,.head.chosen .frame{stroke:var(--ink);stroke-width:2}
.head:hover,.head:focus,.head.chosen{stroke:none}
.tokens{line-height:1.9;max-width:none}
.tokens .token{display:inline-block;white-space:pre;padding:0 .15em;margin:1px;border-radius:3px;
font-size:.92rem;max-width:100%;overflow:hidden;text-overflow:ellipsis;vertical-align:bottom;
background:var(--f,transparent);color:var(--t,inherit)}
.tokens .token.none{border-bottom:1px dotted var(--muted)}
.tokens .token:hover,.tokens .token:focus,.tokens .token.chosen{outline:2px solid var(--ink)}
figure.branch-timeline .pass:not([hidden]){display:flex;align-items:center;gap:.6rem;margin:.5rem 0;font-size:.9rem}
.lanes{display:grid;grid-template-columns:repeat(auto-fill,minmax(13rem,1fr));gap:.4rem 1.4rem}
.lanes p{margin:.2rem 0 .6rem;font-size:.92rem;white-space:pre-wrap}.lanes i{color:var(--muted);font-style:normal}
.lane svg{display:inline-block}
table{border-collapse:collapse;font-size:.9rem;margin:.6rem 0}th,td{border-bottom:1px solid var(--faint);
padding:.25rem .8rem .25rem 0;text-align:left;vertical-align:top}
th[scope=row]{white-space:nowrap}
td.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.table table{margin:.2rem 0}.table th,.table td{overflow-wrap:normal}
h3{font-size:1.1rem;margin:2.4rem 0 .4rem;padding-top:.6rem;border-top:1px solid var(--faint)}
h3:target{color:var(--accent)}
.beside{display:flex;flex-wrap:wrap;gap:0 2rem}.beside>figure{flex:1 1 20rem;min-width:0}
.beside>.table{flex:1 1 12rem}.beside>figure+figure{margin-top:1.4rem}
.long{max-height:30rem;overflow-y:auto;border-bottom:1px solid var(--faint)}.long table{margin:0;width:100%}
.long thead th{position:sticky;top:-2px;background:var(--paper)}
.search input{font:inherit;width:min(22rem,100%);padding:.3rem .5rem;border:1px solid var(--muted);border-radius:5px;
background:var(--paper);color:var(--ink)}.search output{color:var(--muted);font-size:.9rem;margin-left:.5rem}
#scheme{position:fixed;top:.6rem;right:.6rem;width:2.4rem;height:2.4rem;border:1px solid var(--faint);border-radius:50%;
background:var(--paper);color:var(--ink);font-size:1.1rem;cursor:pointer;z-index:2}
#tip{position:fixed;z-index:3;pointer-events:none;max-width:min(20rem,92vw);padding:.35rem .55rem;border-radius:5px;
background:var(--ink);color:var(--paper);font-size:.82rem;line-height:1.35;white-space:pre-wrap;
font-variant-numeric:tabular-nums}
@media print{#scheme,nav{display:none}}
)css";
  for (const ColorMap map : color_maps)
    for (int level = 0; level <= last_level; ++level) {
      const Color light = level_color(map, level, Scheme::light), dark = level_color(map, level, Scheme::dark);
      style += '.' + css_class(map, level) + "{--f:" + light_and_dark(light, dark) +
               ";--t:" + light_and_dark(text_on(light), text_on(dark)) + '}';
    }
  return style;
}

}  // namespace TL_NAMESPACE::report::detail
