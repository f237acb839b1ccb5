#pragma once
// A line on a terminal that says how far a long work is and how long it will take; nothing where standard error is a
// file or a pipe. Gone when the object is.
#include <fmt/format.h>

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <string>
#include <utility>

#include "terminal.hpp"

namespace tl::app {

class ProgressLine {
 public:
  // unit: what is counted, in the plural.
  ProgressLine(std::string unit, std::size_t total) : unit_(std::move(unit)), total_(total) {}
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  ~ProgressLine() { clear(); }

  void update(std::size_t done, const std::string& note = {}) {
    const auto now = Clock::now();
    if (!visible_ || done == 0 || now - shown_ < std::chrono::milliseconds(100)) return;
    shown_ = now;
    const double elapsed = std::chrono::duration<double>(now - start_).count();
    const auto left = static_cast<long>(elapsed * static_cast<double>(total_ - done) / static_cast<double>(done) + 0.5);
    const std::string line = fmt::format("\r\x1b[K{} of {} {}, {}:{:02} left{}{}", done, total_, unit_, left / 60,
                                         left % 60, note.empty() ? "" : ", ", note);
    std::fputs(line.c_str(), stderr);
    std::fflush(stderr);
    drawn_ = true;
  }
  void clear() {
    if (drawn_) std::fputs("\r\x1b[K", stderr);
    drawn_ = false;
  }

 private:
  using Clock = std::chrono::steady_clock;
  std::string unit_;
  std::size_t total_;
  bool visible_ = is_terminal(STDERR_FILENO), drawn_ = false;
  Clock::time_point start_ = Clock::now(), shown_{};
};

}  // namespace tl::app
