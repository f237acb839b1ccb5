#pragma once
#include <algorithm>
#include <array>
#include <cmath>
#include <tl/report/attention.hpp>
#include <tl/report/base64.hpp>
#include <tl/report/color_scale.hpp>
#include <tl/report/legend.hpp>
#include <tl/report/svg.hpp>
#include <tl/report/token_label.hpp>
#include <tl/text/printable.hpp>

namespace TL_NAMESPACE::report {

namespace detail {

inline constexpr std::size_t most_weights = 1 << 21;  // some 20 MB of page

TL_INLINE void check(const Attention& attention) {
  const std::string name = "the attention chart " + text::in_quotes(attention.title);
  const std::size_t tokens = attention.tokens.size();
  std::size_t heads = 0;
  for (const AttentionLayer& layer : attention.layers) {
    heads += layer.heads;
    if (layer.queries != tokens || layer.keys != tokens)
      throw Error(name, " has patterns of ", layer.queries, " x ", layer.keys, " for ", tokens, " tokens");
  }
  if (heads == 0 || tokens == 0) throw Error(name, " has no heads or no tokens");
  if (heads * tokens * (tokens + 1) / 2 > most_weights)
    throw Error(name, " has ", heads, " heads over ", tokens,
                " tokens, more than can be drawn: choose heads or a shorter part");
}

// The part of a head's pattern that is drawn, as paths of unit squares, one a level; neighbours in a row are joined.
// Level 0 is left out: it is the paper's colour but for a hundredth of lightness.
TL_INLINE void draw_pattern(Svg& svg, const float* pattern, std::size_t tokens, const ColorScale& scale) {
  std::array<std::string, last_level + 2> paths;  // the last: no value
  const auto level = [&](std::size_t query, std::size_t key) {
    return static_cast<std::size_t>(scale.level(pattern[query * tokens + key]).value_or(last_level + 1));
  };
  for (std::size_t query = 0; query != tokens; ++query)
    for (std::size_t key = 0, end = 0; key <= query; key = end) {
      const std::size_t color = level(query, key);
      for (end = key + 1; end <= query && level(query, end) == color;) ++end;
      const std::string length = std::to_string(end - key);
      if (color != 0)
        paths[color] += 'M' + std::to_string(key) + ' ' + std::to_string(query) + 'h' + length + "v1h-" + length + 'z';
    }
  for (int color = 1; color <= last_level; ++color)
    if (const std::string& path = paths[static_cast<std::size_t>(color)]; !path.empty())
      svg.path(path, css_class(ColorMap::sequential, color));
  if (!paths.back().empty()) svg.path(paths.back(), "none");
}

TL_INLINE Svg draw(const Attention& attention) {
  check(attention);
  const std::size_t tokens = attention.tokens.size();
  const ColorScale scale(sequential(0, 1), {});
  constexpr double size = 64, gap = 6;
  std::size_t most_heads = 0;
  std::vector<std::string> labels;
  for (const AttentionLayer& layer : attention.layers) {
    most_heads = std::max(most_heads, layer.heads);
    labels.push_back(shorten(layer.label, 12));
  }
  const double left = 7.3 * static_cast<double>(widest(labels)) + 10, top = legend_height + 18;
  Svg svg(std::max(left + (size + gap) * static_cast<double>(most_heads), left + legend_width("weight")),
          top + (size + gap) * static_cast<double>(labels.size()));
  draw_legend(svg, left - 6, 0, scale, "weight");
  for (std::size_t head = 0; head != most_heads; ++head)
    svg.text(left + (size + gap) * static_cast<double>(head) + size / 2, top - 5, std::to_string(head), "muted middle");
  std::size_t index = 0;
  for (std::size_t row = 0; row != attention.layers.size(); ++row) {
    const AttentionLayer& layer = attention.layers[row];
    const double y = top + (size + gap) * static_cast<double>(row);
    svg.text(left - 6, y + size / 2 + 4, labels[row], "end");
    for (std::size_t head = 0; head != layer.heads; ++head) {
      const std::string name = layer.label + ", head " + std::to_string(head);
      svg.open(left + (size + gap) * static_cast<double>(head), y, size / static_cast<double>(tokens), "head",
               "data-head=\"" + std::to_string(index++) + '"', name);
      svg.rect(0, 0, static_cast<double>(tokens), static_cast<double>(tokens), "paper");
      draw_pattern(svg, layer.pattern.data() + head * tokens * tokens, tokens, scale);
      svg.rect(0, 0, static_cast<double>(tokens), static_cast<double>(tokens), "frame");
      svg.close();
    }
  }
  return svg;
}

}  // namespace detail

TL_INLINE std::string Attention::svg() const { return detail::draw(*this).file(title); }

TL_INLINE std::string Attention::html() const {
  const Svg mosaic = detail::draw(*this);
  std::vector<float> weights;  // of each head the rows of its lower triangle
  for (const AttentionLayer& layer : layers)
    for (std::size_t row = 0; row != layer.heads * layer.queries; ++row) {
      const auto first = layer.pattern.begin() + static_cast<std::ptrdiff_t>(row * layer.keys);
      weights.insert(weights.end(), first, first + static_cast<std::ptrdiff_t>(row % layer.queries + 1));
    }
  std::string body = scrolling(mosaic.in_page(false)) +
                     "<div class=\"large\"><p class=\"head-name\" aria-live=\"polite\"></p><p class=\"tokens\">";
  for (const std::string& token : tokens)
    body += "<span class=\"token mark\">" + escape(token_label(token)) + "</span>";
  body += "</p><div class=\"scroll\"></div></div>";
  return figure("attention", title, note, body,
                " data-levels=\"" + std::to_string(last_level) + "\" data-weights=\"" + base64(weights) + '"');
}

}  // namespace TL_NAMESPACE::report
