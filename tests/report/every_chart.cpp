// every_chart FOLDER: writes page.html with one of each chart, and each chart as an SVG file.
#include "every_chart.hpp"

#include <cstdio>
#include <fstream>

int main(int argc, char** argv) {
  if (argc != 2) return std::fputs("every_chart FOLDER\n", stderr), 2;
  const std::string folder = std::string(argv[1]) + '/';
  every_chart::report().save(folder + "page.html");
  const auto write = [&](const char* name, const auto& chart) { std::ofstream(folder + name) << chart.svg(); };
  write("attention.svg", every_chart::attention());
  write("heads.svg", every_chart::heads());
  write("lens.svg", every_chart::lens());
  write("patching.svg", every_chart::patching());
  write("bars.svg", every_chart::bars());
  write("branches.svg", every_chart::branches());
  write("proposed.svg", every_chart::proposed());
  write("text.svg", every_chart::text());
  write("lines.svg", every_chart::lines());
  write("histogram.svg", every_chart::histogram());
}
