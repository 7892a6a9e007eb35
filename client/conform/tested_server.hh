// One process of the server under test: started, watched, and never left behind.
//
// It runs in a process group of its own, which is killed when this object goes, when the tester is
// interrupted (kill_servers_when_interrupted) and, by the parent-death signal, when the tester is
// killed outright. What it prints is kept in memory and judged by the checks.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/owned_fd.hh"

namespace volley {

class TestedServer {
  public:
    // command: executable and arguments. cpus: those that it may run on; empty leaves them alone.
    // Throws Error where the process cannot be started at all.
    explicit TestedServer(const std::vector<std::string>& command,
                          const std::vector<int>& cpus = {});
    ~TestedServer();
    TestedServer(const TestedServer&) = delete;
    TestedServer& operator=(const TestedServer&) = delete;

    [[nodiscard]] pid_t pid() const { return pid_; }
    void signal(int number) const;

    // The wait status, where the process ends within this time; it stays known afterwards.
    [[nodiscard]] std::optional<int> wait_for_end(std::chrono::milliseconds patience);
    [[nodiscard]] bool is_running() { return !wait_for_end(std::chrono::milliseconds(0)); }

    // What it has printed so far, at most the first 64 KiB.
    [[nodiscard]] std::string standard_output() const;
    [[nodiscard]] std::string standard_error() const;

    // Entries of /proc/PID/fd and /proc/PID/task; 0 where the process is gone.
    [[nodiscard]] std::size_t descriptor_count() const;
    [[nodiscard]] std::size_t thread_count() const;
    // What it has started and what these have started, as far as it still runs.
    [[nodiscard]] std::vector<pid_t> descendants() const;
    // CPU time that it and its descendants have used or waited for so far.
    [[nodiscard]] std::chrono::nanoseconds cpu_demand() const;
    // Has a thread of them a CPU, or waits for one, at this moment?
    [[nodiscard]] bool wants_cpu_now() const;
    // From now on it and its descendants may each open this many descriptors more than they have.
    // False where the system refuses.
    [[nodiscard]] bool limit_descriptors(std::size_t more) const;
    // Does the process itself hold a TCP socket that listens on this port?
    [[nodiscard]] bool listens_on(std::uint16_t port) const;

  private:
    OwnedFd output_;
    OwnedFd error_;
    OwnedFd process_;  // a pidfd: becomes readable when the process ends
    std::size_t slot_ = 0;
    pid_t pid_ = -1;
    std::optional<int> status_;
};

// "exit status 1", "killed by signal 15 (Terminated)".
[[nodiscard]] std::string describe_end(int wait_status);

// SIGINT, SIGTERM and SIGHUP kill every running server's process group before they end the tester;
// one that is ignored at the start stays so.
void kill_servers_when_interrupted();

}  // namespace volley
