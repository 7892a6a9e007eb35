// Ctrl-C as a value: the first request asks to finish the run and report, the second to leave at
// once.
//
// A request is not a signal: timeout(1) signals the process and then its group, a wrapper passes on
// what the terminal has sent already, and both mean one thing.
#pragma once

#include <csignal>

#include "base/owned_fd.hh"
#include "clock/clock.hh"

namespace volley {

// Counts requests among signals.
class StopRequests {
  public:
    // What comes within this time of the last request belongs to it. Two from the terminal itself
    // are two keystrokes, however fast.
    static constexpr Duration one_request = std::chrono::milliseconds(500);

    // from_kernel: a terminal's, not another process's.
    void note(int signal_number, bool from_kernel, TimePoint at);
    [[nodiscard]] int count() const { return count_; }
    // The signal of the last request; 0: there is none.
    [[nodiscard]] int last() const { return last_; }

  private:
    int count_ = 0;
    int last_ = 0;
    bool last_from_kernel_ = false;
    TimePoint last_at_{};
};

// Blocks the signals that ask for an end (SIGINT, SIGTERM, SIGHUP) and those that announce one
// (SIGALRM, SIGXCPU, SIGUSR1, SIGUSR2), for this thread and those that it starts, and makes them
// readable from a descriptor; what was ignored at the start stays ignored. Ignores SIGPIPE: a
// closed pipe is an error of the write that meets it. Children can be waited for (SIGCHLD), whoever
// started this program. One at a time; construct it in main before any thread.
class Signals {
  public:
    Signals();
    ~Signals();
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

    // Readable where a signal has come that take() has not returned yet.
    [[nodiscard]] int fd() const { return fd_.get(); }
    // Takes what has come without waiting. Returns how many requests have come in all.
    int take();
    [[nodiscard]] int count() const { return requests_.count(); }
    [[nodiscard]] int last() const { return requests_.last(); }

  private:
    sigset_t former_{};
    OwnedFd fd_;
    StopRequests requests_;
};

}  // namespace volley
