// Ctrl-C as a value: the first asks to finish the run and report, the second to leave at once.
#pragma once

#include <csignal>

#include "base/owned_fd.hh"

namespace volley {

// Blocks SIGINT, SIGTERM and SIGHUP for this thread and those that it starts, and makes them
// readable from a descriptor. Ignores SIGPIPE: a closed pipe is an error of the write that meets
// it. One at a time; construct it in main before any thread.
class Signals {
  public:
    Signals();
    ~Signals();
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

    // Readable where a signal has come that take() has not returned yet.
    [[nodiscard]] int fd() const { return fd_.get(); }
    // Takes what has come without waiting. Returns how many have come in all.
    int take();
    [[nodiscard]] int count() const { return count_; }
    [[nodiscard]] int last() const { return last_; }

  private:
    sigset_t former_{};
    OwnedFd fd_;
    int count_ = 0;
    int last_ = 0;
};

// Call in a child between fork and exec: gives it the signal mask and the dispositions of an
// ordinary program.
void restore_signals_in_child();

}  // namespace volley
