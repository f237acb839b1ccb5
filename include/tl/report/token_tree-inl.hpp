#pragma once
#include <algorithm>
#include <tl/core/error.hpp>
#include <tl/report/number.hpp>
#include <tl/report/svg.hpp>
#include <tl/report/token_label.hpp>
#include <tl/report/token_tree.hpp>
#include <tl/text/printable.hpp>

namespace TL_NAMESPACE::report {

namespace detail {

struct PlacedNode {
  std::string label, tip;
  std::ptrdiff_t parent;
  bool taken, proposed;
  std::size_t depth = 0;
  double row = 0;  // a leaf has one of its own, other nodes stand amid their children
};

TL_INLINE std::vector<PlacedNode> placed(const TokenTree& chart) {
  const std::string name = "the token tree " + text::in_quotes(chart.title);
  if (chart.nodes.empty()) throw Error(name, " has no nodes");
  std::vector<PlacedNode> nodes;
  std::ptrdiff_t last_taken = 0;
  for (const TokenTreeNode& node : chart.nodes) {
    const auto index = static_cast<std::ptrdiff_t>(nodes.size());
    if (node.parent >= index || (node.parent < 0) != (index == 0))
      throw Error(name, " has node ", index, " below node ", node.parent,
                  ": the root comes first, and parents before children");
    if (node.taken) last_taken = index;
    const std::string label = token_label(node.token);
    nodes.push_back(
        {shorten(label, 18),
         isolated(label) + '\n' +
             (index == 0 ? "the last token before" : "proposed with probability " + number(node.probability)),
         node.parent, node.taken || index == 0, true});
  }
  if (!chart.next.empty())
    nodes.push_back({shorten(token_label(chart.next), 18), isolated(token_label(chart.next)) + "\nthe model's own",
                     last_taken, true, false});
  std::vector<std::vector<std::size_t>> children(nodes.size());
  for (std::size_t i = 1; i < nodes.size(); ++i) {
    const auto parent = static_cast<std::size_t>(nodes[i].parent);
    nodes[i].depth = nodes[parent].depth + 1;
    children[parent].push_back(i);
  }
  // Leaves in the order of a walk through the tree.
  double rows = 0;
  std::vector<std::size_t> walk{0};
  while (!walk.empty()) {
    const std::size_t node = walk.back();
    walk.pop_back();
    if (children[node].empty()) nodes[node].row = rows++;
    walk.insert(walk.end(), children[node].rbegin(), children[node].rend());
  }
  for (std::size_t i = nodes.size(); i-- != 0;)
    if (!children[i].empty()) nodes[i].row = (nodes[children[i].front()].row + nodes[children[i].back()].row) / 2;
  return nodes;
}

TL_INLINE Svg draw(const TokenTree& chart) {
  const std::vector<PlacedNode> nodes = placed(chart);
  constexpr double height = 20, column = 7.3, gap = 34;
  std::vector<double> x;  // of each depth, where its nodes begin
  for (const PlacedNode& node : nodes) {
    if (x.size() < node.depth + 2) x.resize(node.depth + 2);
    x[node.depth + 1] = std::max(x[node.depth + 1], column * static_cast<double>(columns(node.label)) + gap);
  }
  for (std::size_t depth = 1; depth != x.size(); ++depth) x[depth] += x[depth - 1];
  double bottom = 0;
  for (const PlacedNode& node : nodes) bottom = std::max(bottom, node.row);
  Svg svg(x.back() + 10, height * (bottom + 1) + 4);
  const auto y = [&](const PlacedNode& node) { return height * node.row + 12; };
  for (const PlacedNode& node : nodes) {
    if (node.parent < 0) continue;
    const PlacedNode& parent = nodes[static_cast<std::size_t>(node.parent)];
    const double from = x[parent.depth] + 12 + column * static_cast<double>(columns(parent.label)), to = x[node.depth];
    const std::string middle = coordinate((from + to) / 2);
    svg.path('M' + coordinate(from) + ' ' + coordinate(y(parent)) + 'C' + middle + ' ' + coordinate(y(parent)) + ' ' +
                 middle + ' ' + coordinate(y(node)) + ' ' + coordinate(to) + ' ' + coordinate(y(node)),
             node.taken ? "line c0" : "rule");
  }
  for (const PlacedNode& node : nodes) {
    svg.circle(x[node.depth] + 4, y(node), 4, !node.proposed ? "c1" : node.taken ? "c0" : "muted", node.tip);
    svg.text(x[node.depth] + 11, y(node) + 4, node.label, node.taken ? "token" : "token muted");
  }
  return svg;
}

}  // namespace detail

TL_INLINE std::string TokenTree::svg() const { return detail::draw(*this).file(title); }
TL_INLINE std::string TokenTree::html() const {
  return figure("token-tree", title, note, scrolling(detail::draw(*this).in_page(false)));
}

}  // namespace TL_NAMESPACE::report
