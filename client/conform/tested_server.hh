// One process of the server under test: started, watched, and never left behind.
//
// Built on process/: all of its processes are killed when this object is destroyed, when the tester
// is interrupted (kill_servers_when_interrupted) and when it is killed. The output is kept in
// memory for the checks to judge.
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
    // command: executable and arguments. cpus: those that it may run on; empty: unchanged. Throws
    // Error if the process cannot be started.
    explicit TestedServer(const std::vector<std::string>& command,
                          const std::vector<int>& cpus = {});
    TestedServer(const TestedServer&) = delete;
    TestedServer& operator=(const TestedServer&) = delete;

    [[nodiscard]] pid_t pid() const { return process_->pid(); }
    void signal(int number) const { process_->signal(number); }

    // The wait status, if the process ends within this time; later calls return it again.
    [[nodiscard]] std::optional<int> wait_for_end(std::chrono::milliseconds patience) const;
    [[nodiscard]] bool is_running() const { return !wait_for_end(std::chrono::milliseconds(0)); }

    // Its output so far, at most the first 64 KiB.
    [[nodiscard]] std::string standard_output() const;
    [[nodiscard]] std::string standard_error() const;

    // Entries of /proc/PID/fd and /proc/PID/task; 0 if the process is gone.
    [[nodiscard]] std::size_t descriptor_count() const { return count_of(pid(), "fd"); }
    [[nodiscard]] std::size_t thread_count() const { return count_of(pid(), "task"); }
    // Its running processes, except the one that was started.
    [[nodiscard]] std::vector<ProcessStat> others() const { return process_->others(); }
    // CPU time that its processes have used or waited for so far.
    [[nodiscard]] std::chrono::nanoseconds cpu_demand() const;
    // Is any of their threads running, or waiting for a CPU, at this moment?
    [[nodiscard]] bool wants_cpu_now() const;
    // From now on each of its processes may open this many descriptors more than it has. False if
    // the system refuses.
    [[nodiscard]] bool limit_descriptors(std::size_t more) const;
    // Does the process itself hold a TCP socket listening on this port?
    [[nodiscard]] bool listens_on(std::uint16_t port) const;

  private:
    [[nodiscard]] std::vector<pid_t> running() const;

    OwnedFd output_;
    OwnedFd error_;
    std::optional<StartedProcess> process_;
};

// "exit status 1", "killed by signal 15 (Terminated)".
[[nodiscard]] std::string describe_end(int wait_status);

// SIGINT, SIGTERM and SIGHUP end the tester and every process of its servers. A signal ignored at
// the start stays ignored.
void kill_servers_when_interrupted();

}  // namespace volley
