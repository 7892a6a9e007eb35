// Ctrl-C as a value: the first request means finish the run and report, the second means leave at
// once.
//
// A request is not the same as a signal. timeout(1) signals the process and then its group, and a
// wrapper passes on what the terminal has already sent; in both cases several signals are one
// request.
#pragma once

#include <csignal>

#include "base/owned_fd.hh"
#include "clock/clock.hh"

namespace volley {

// Counts requests among signals.
class StopRequests {
  public:
    // A signal within this time of the last request belongs to it. The exception is two signals
    // from the terminal itself: they are two keystrokes, however fast.
    static constexpr Duration one_request = std::chrono::milliseconds(500);

    // from_kernel: sent by a terminal, not by another process.
    void note(int signal_number, bool from_kernel, TimePoint at);
    [[nodiscard]] int count() const { return count_; }
    // The signal of the last request; 0: none.
    [[nodiscard]] int last() const { return last_; }

  private:
    int count_ = 0;
    int last_ = 0;
    bool last_from_kernel_ = false;
    TimePoint last_at_{};
};

// Blocks the signals that ask for an end (SIGINT, SIGTERM, SIGHUP) and those that announce one
// (SIGALRM, SIGXCPU, SIGUSR1, SIGUSR2), for this thread and those that it starts, and makes them
// readable from a descriptor. Signals that were ignored at the start stay ignored. Ignores SIGPIPE:
// a closed pipe becomes an error of the write. Makes sure that children can be waited for
// (SIGCHLD), however this program was started. Only one may exist at a time; construct it in main
// before any thread.
class Signals {
  public:
    Signals();
    ~Signals();
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

    // Readable when a signal has come that take() has not returned yet.
    [[nodiscard]] int fd() const { return fd_.get(); }
    // Takes the pending signals without waiting. Returns the total number of requests so far.
    int take();
    [[nodiscard]] int count() const { return requests_.count(); }
    [[nodiscard]] int last() const { return requests_.last(); }

  private:
    sigset_t former_{};
    OwnedFd fd_;
    StopRequests requests_;
};

}  // namespace volley
