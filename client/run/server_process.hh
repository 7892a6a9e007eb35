// The server as a process of ours: started on its CPUs, watched, stopped and reaped.
//
// Its processes are in process/; here is what makes one of them the server: its CPUs, its memory,
// its priority, and its output, which goes into a pipe whose last lines are kept for messages. Who
// waits for what, and how long, is the caller's affair, but for stop(), which has its own deadline.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "base/owned_fd.hh"
#include "base/units.hh"
#include "host/placement.hh"
#include "process/started_process.hh"

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
    ServerProcess(const ServerProcess&) = delete;
    ServerProcess& operator=(const ServerProcess&) = delete;

    [[nodiscard]] pid_t pid() const { return process_->pid(); }
    // Readable once the process has ended.
    [[nodiscard]] int ended_fd() const { return process_->ended_fd(); }
    // Readable when it has written something; -1 once it has closed its output.
    [[nodiscard]] int output_fd() const { return output_.get(); }
    // Takes what it has written, without waiting.
    void drain_output();
    // The last lines that it wrote, joined with " | "; "" where there are none.
    [[nodiscard]] std::string last_lines();

    // Whether it has ended, without waiting.
    [[nodiscard]] bool has_ended() const { return process_->has_ended(); }
    // "exited with status 3", "was killed by signal 11 (Segmentation fault)". Call once it has
    // ended or been stopped.
    [[nodiscard]] std::string how_it_ended() const;
    // One line for people where the process has ended well and processes that descend from it go
    // on: whoever answers is then not what is watched, placed and accounted for. "" otherwise.
    [[nodiscard]] std::string how_it_forked_away() const;

    // All its processes, the one that was started first.
    [[nodiscard]] std::vector<ProcessStat> family() const { return process_->family(); }

    // The numbers of so many of them at the most.
    [[nodiscard]] std::vector<pid_t> some_processes(std::size_t most) const;

    struct Stopped {
        bool killed = false;      // it did not end by SIGTERM in time
        bool crashed = false;     // by a signal of its own making
        std::string left_behind;  // processes that its end left running, as names; they are killed
        std::string unkillable;   // those that could not be killed
        LifeUsage life;
    };
    // SIGTERM, then SIGKILL after `deadline`. Nobody of its family is left.
    Stopped stop(Duration deadline);

    // For leaving at once: kills its family, and waits for no longer than a second until it has
    // ended.
    void end_at_once();

  private:
    std::optional<StartedProcess> process_;
    OwnedFd output_;
    std::string tail_;
};

}  // namespace volley
