#pragma once
// Which grid a sweep fills, and where it goes.
#include <string>

#include "options.hpp"
#include "sweep_site.hpp"
#include "sweep_watch.hpp"

namespace tl::app {

struct GridOptions {
  std::string site_name, out;
  std::size_t last = 10;
  bool by_position = false, timing = false;

  // help: what is done at the site.
  void declare_site(Options& options, const std::string& help) {
    options.text("--site", site_name, "SITE", help + "; see below");
  }
  void declare(Options& options) {
    options.flag("--by-position", by_position, "Heads at one position at a time");
    options.text("--out", out, "FILE.npz", "Write the arrays, and what made them as `provenance`");
    options.number("--last", last, "N", "Positions of the table, from the end; by position, its rows (default: 10)");
    options.flag("--timing", timing, timing_help);
  }

  // Throws Error where there is no such site.
  SweepSite site() const { return sweep_site(site_name, by_position); }
};

}  // namespace tl::app
