// The server as a child process: started on its CPUs, watched, stopped and reaped.
//
// process/ handles its processes. This module adds what is specific to a server: its CPUs, its
// memory, its priority, and its output, which goes into a pipe whose last lines are kept for
// messages. The caller decides what to wait for and how long; only stop() has its own deadline.
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
    std::vector<std::string> command;  // complete, including -p PORT
    CpuList cpus;                      // empty: not pinned
    std::vector<int> nodes;            // empty: memory not bound
    bool realtime = false;             // SCHED_FIFO
};

class ServerProcess {
  public:
    // Throws Error(failed) with the reason if the program cannot be executed.
    explicit ServerProcess(const ServerStart& start);
    ServerProcess(const ServerProcess&) = delete;
    ServerProcess& operator=(const ServerProcess&) = delete;

    [[nodiscard]] pid_t pid() const { return process_->pid(); }
    // Readable once the process has ended.
    [[nodiscard]] int ended_fd() const { return process_->ended_fd(); }
    // Readable when the server has written something; -1 once it has closed its output.
    [[nodiscard]] int output_fd() const { return output_.get(); }
    // Takes what the server has written, without waiting.
    void drain_output();
    // The last lines that the server wrote, joined with " | "; "" if there are none.
    [[nodiscard]] std::string last_lines();

    // Whether the server has ended, without waiting.
    [[nodiscard]] bool has_ended() const { return process_->has_ended(); }
    // "exited with status 3", "was killed by signal 11 (Segmentation fault)". Call once the server
    // has ended or been stopped.
    [[nodiscard]] std::string how_it_ended() const;
    // One line for people if the process has ended normally but its descendants still run; ""
    // otherwise. The process that answers is then not the one that is watched, placed and accounted
    // for.
    [[nodiscard]] std::string how_it_forked_away() const;

    // All its processes, the original one first.
    [[nodiscard]] std::vector<ProcessStat> family() const { return process_->family(); }

    // The IDs of at most this many of them.
    [[nodiscard]] std::vector<pid_t> some_processes(std::size_t most) const;

    struct Stopped {
        bool killed = false;      // it did not end on SIGTERM in time
        bool crashed = false;     // by a signal that it caused itself
        std::string left_behind;  // names of processes still running after its end; they are killed
        std::string unkillable;   // those that could not be killed
        LifeUsage life;
    };
    // SIGTERM, then SIGKILL after `deadline`. No process of its family remains.
    Stopped stop(Duration deadline);

    // For leaving at once: kills its family, and waits at most a second for it to end.
    void end_at_once();

  private:
    std::optional<StartedProcess> process_;
    OwnedFd output_;
    std::string tail_;
};

}  // namespace volley
