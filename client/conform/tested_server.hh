// One process of the server under test: started, watched, and never left behind.
//
// Its processes are in process/: all of them are killed when this object goes, when the tester is
// interrupted (kill_servers_when_interrupted) and when it is killed outright. What it prints is
// kept in memory and judged by the checks.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/owned_fd.hh"
#include "process/started_process.hh"

namespace volley {

class TestedServer {
  public:
    // command: executable and arguments. cpus: those that it may run on; empty leaves them alone.
    // Throws Error where the process cannot be started at all.
    explicit TestedServer(const std::vector<std::string>& command,
                          const std::vector<int>& cpus = {});
    TestedServer(const TestedServer&) = delete;
    TestedServer& operator=(const TestedServer&) = delete;

    [[nodiscard]] pid_t pid() const { return process_->pid(); }
    void signal(int number) const { process_->signal(number); }

    // The wait status, where the process ends within this time; it stays known afterwards.
    [[nodiscard]] std::optional<int> wait_for_end(std::chrono::milliseconds patience) const;
    [[nodiscard]] bool is_running() const { return !wait_for_end(std::chrono::milliseconds(0)); }

    // What it has printed so far, at most the first 64 KiB.
    [[nodiscard]] std::string standard_output() const;
    [[nodiscard]] std::string standard_error() const;

    // Entries of /proc/PID/fd and /proc/PID/task; 0 where the process is gone.
    [[nodiscard]] std::size_t descriptor_count() const { return count_of(pid(), "fd"); }
    [[nodiscard]] std::size_t thread_count() const { return count_of(pid(), "task"); }
    // Those of its processes that run, but for the one that was started.
    [[nodiscard]] std::vector<ProcessStat> others() const { return process_->others(); }
    // CPU time that its processes have used or waited for so far.
    [[nodiscard]] std::chrono::nanoseconds cpu_demand() const;
    // Has a thread of them a CPU, or waits for one, at this moment?
    [[nodiscard]] bool wants_cpu_now() const;
    // From now on its processes may each open this many descriptors more than they have.
    // False where the system refuses.
    [[nodiscard]] bool limit_descriptors(std::size_t more) const;
    // Does the process itself hold a TCP socket that listens on this port?
    [[nodiscard]] bool listens_on(std::uint16_t port) const;

  private:
    [[nodiscard]] std::vector<pid_t> running() const;

    OwnedFd output_;
    OwnedFd error_;
    std::optional<StartedProcess> process_;
};

// "exit status 1", "killed by signal 15 (Terminated)".
[[nodiscard]] std::string describe_end(int wait_status);

// SIGINT, SIGTERM and SIGHUP end the tester, and every process of its servers with it; one that is
// ignored at the start stays so.
void kill_servers_when_interrupted();

}  // namespace volley
