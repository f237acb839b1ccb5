#pragma once
// A sweep at a terminal: how far it is, Ctrl-C, which ends it with the cells that ran, and what it cost.
#include <chrono>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <tl/interp/sweep.hpp>

#include "interrupt.hpp"
#include "progress_line.hpp"

namespace tl::app {

// What a sweep needed, and how long it took; what this machine can do at most, where that was measured.
struct SweepCost {
  double flops = 0, seconds = 0;
  std::optional<double> peak_flops = {};

  // Measures the peak of so many threads, a tenth of a second.
  void measure_peak(int threads);
  // "4.2 GFLOP in 0.020 s", and the share of the peak.
  std::string text() const;
  // Members "gflop", "seconds" and "peak_gflops".
  void add_to(nlohmann::ordered_json& json) const;
};

// What is said of the option that has the peak measured.
inline constexpr const char* timing_help = "Measure what this machine can do at most, and say the share reached";

// From its making on, until the sweep has ended.
class SweepWatch {
 public:
  // To be given to a sweep that ends before this does.
  SweepProgress progress() {
    return [this](std::size_t done, std::size_t count) {
      if (!line_) line_.emplace("cells", count);
      line_->update(done);
      cells_ = done;
      if (interrupt_.asked() && done != count) interrupted_ = true;
      return !interrupted_;
    };
  }
  std::size_t cells() const { return cells_; }
  // Whether it ended before its last cell.
  bool interrupted() const { return interrupted_; }
  // Of a sweep that has just ended and needed so many operations.
  SweepCost cost(double flops) const { return {flops, std::chrono::duration<double>(Clock::now() - start_).count()}; }

 private:
  using Clock = std::chrono::steady_clock;
  Interrupt interrupt_;
  std::optional<ProgressLine> line_;
  std::size_t cells_ = 0;
  bool interrupted_ = false;
  Clock::time_point start_ = Clock::now();
};

// Begins what is said below a table that may lack cells.
inline std::string interrupted_note(bool interrupted) {
  return interrupted ? "interrupted: cells that were not run are -\n" : "";
}

}  // namespace tl::app
