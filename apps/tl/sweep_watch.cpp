#include "sweep_watch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <tl/kernels/peak_flops.hpp>

namespace tl::app {

void SweepCost::measure_peak(int threads) {
  // Each is a millisecond or two, and other programs, or a clock that is slow to rise, disturb some.
  double best = 0;
  for (int pass = 0; pass != 50; ++pass) best = std::max(best, kernels::peak_flops<float>(threads));
  peak_flops = best;
}

std::string SweepCost::text() const {
  std::string text = fmt::format("{:.3g} GFLOP in {:.3g} s", flops * 1e-9, seconds);
  if (peak_flops)
    text += fmt::format(", {:.0f} % of this machine's peak of {:.0f} GFLOP/s", 100 * flops / seconds / *peak_flops,
                        *peak_flops * 1e-9);
  return text + "\n";
}

void SweepCost::add_to(nlohmann::ordered_json& json) const {
  json["gflop"] = flops * 1e-9;
  json["seconds"] = seconds;
  if (peak_flops) json["peak_gflops"] = *peak_flops * 1e-9;
}

}  // namespace tl::app
