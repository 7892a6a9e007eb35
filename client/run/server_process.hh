// The server as a process of ours: started on its CPUs, watched, stopped and reaped.
//
// It runs in a process group of its own, so that Ctrl-C at the terminal does not reach it, and dies
// with this program whatever ends it (parent-death signal). Its output goes into a pipe whose last
// lines are kept for messages. Who waits for what, and how long, is the caller's affair, but for
// stop(), which has its own deadline.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/owned_fd.hh"
#include "base/units.hh"
#include "host/placement.hh"
#include "run/result.hh"

namespace volley {

struct ServerStart {
    std::vector<std::string> command;  // whole: with -p PORT
    CpuList cpus;                      // empty: not pinned
    std::vector<int> nodes;            // empty: memory not bound
    bool realtime = false;             // SCHED_FIFO
};

class ServerProcess {
  public:
    // Throws Error(failed) where the program cannot be executed, with the reason.
    explicit ServerProcess(const ServerStart& start);
    // Kills what is still there.
    ~ServerProcess();
    ServerProcess(const ServerProcess&) = delete;
    ServerProcess& operator=(const ServerProcess&) = delete;

    [[nodiscard]] pid_t pid() const { return pid_; }
    // Readable once the process has ended.
    [[nodiscard]] int ended_fd() const { return ended_.get(); }
    // Readable when it has written something; -1 once it has closed its output.
    [[nodiscard]] int output_fd() const { return output_.get(); }
    // Takes what it has written, without waiting.
    void drain_output();
    // The last lines that it wrote, joined with " | "; "" where there are none.
    [[nodiscard]] std::string last_lines();

    // Whether it has ended, without waiting.
    [[nodiscard]] bool has_ended() const;
    // "exited with status 3", "was killed by signal 11 (Segmentation fault)". Call once it has
    // ended or been stopped.
    [[nodiscard]] std::string how_it_ended();

    // It and its child processes.
    [[nodiscard]] std::vector<pid_t> processes() const;
    // What it and its child processes have used up to now: CPU time exact in sum, split by clock
    // ticks, and peak memory.
    [[nodiscard]] Cost cost_so_far() const;

    struct Stopped {
        bool killed = false;   // it did not end by SIGTERM in time
        Cost cost;             // of its whole life, by wait4
        bool crashed = false;  // by a signal of its own making
    };
    // SIGTERM, then SIGKILL after `deadline`; reaps it. Nobody of its process group is left.
    Stopped stop(Duration deadline);

    // For leaving at once: kills its process group, and waits for no longer than a second until it
    // has ended.
    void end_at_once();

  private:
    void kill_now() const;
    void reap();

    pid_t pid_ = -1;
    OwnedFd ended_;
    OwnedFd output_;
    std::string tail_;
    std::optional<int> status_;
    Cost life_;
};

}  // namespace volley
