#pragma once
// Ctrl-C as a question instead of an end. The second one ends the program, as ever.
#include <signal.h>

namespace tl::app {

// While it lives; one at a time.
class Interrupt {
 public:
  Interrupt() {
    asked_ = 0;
    struct sigaction action {};
    action.sa_handler = [](int) { asked_ = 1; };
    action.sa_flags = static_cast<int>(SA_RESTART | SA_RESETHAND);
    ::sigaction(SIGINT, &action, &before_);
  }
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;
  ~Interrupt() { ::sigaction(SIGINT, &before_, nullptr); }

  bool asked() const { return asked_ != 0; }

 private:
  inline static volatile sig_atomic_t asked_ = 0;  // a signal handler reaches nothing else
  struct sigaction before_ {};
};

}  // namespace tl::app
