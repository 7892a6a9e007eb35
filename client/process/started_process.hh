// A child of this program, from its start until nothing is left of it. The client and conform
// start, watch and end every server through this.
//
// It runs in its own process group, so that Ctrl-C at the terminal does not reach it. The kernel
// kills it if this program is killed (for the processes it has started: watcher.hh). It is waited
// for only at the very end, so that its number and that of its group are not reused before.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/owned_fd.hh"
#include "clock/clock.hh"
#include "process/family.hh"

namespace volley {

// Over the whole life of each process: the sum over those that have been waited for, by us or by
// one of them.
struct LifeUsage {
    std::uint64_t voluntary_switches = 0;
    std::uint64_t involuntary_switches = 0;
};

class StartedProcess {
  public:
    // become: called in the child; must end in exec or _exit. Signals are blocked in it, because no
    // signal may arrive before the start has been noted. Throws Error if no process can be made or
    // it cannot be watched.
    explicit StartedProcess(const std::function<void()>& become);
    // Kills what is left of the family.
    ~StartedProcess();
    StartedProcess(const StartedProcess&) = delete;
    StartedProcess& operator=(const StartedProcess&) = delete;

    [[nodiscard]] pid_t pid() const { return pid_; }
    // Readable once the process has ended.
    [[nodiscard]] int ended_fd() const { return ended_.get(); }
    // Without waiting.
    [[nodiscard]] bool has_ended() const;
    // Waits no longer than until the deadline.
    [[nodiscard]] bool has_ended_by(TimePoint deadline) const;
    // The status of wait(2); nothing while it runs.
    [[nodiscard]] std::optional<int> wait_status() const;

    [[nodiscard]] std::vector<ProcessStat> family() const;
    // The running processes of the family, without the process itself.
    [[nodiscard]] std::vector<ProcessStat> others() const;

    // Sends a signal to the process itself.
    void signal(int number) const { send_signal(ended_, number); }
    // Kills the family and waits for it. Returns the processes that could not be killed by the
    // deadline.
    std::vector<ProcessStat> end_all(TimePoint deadline);
    // Complete after end_all().
    [[nodiscard]] const LifeUsage& life() const { return life_; }

  private:
    void kill_group() const;
    void bury_orphans(const std::vector<ProcessStat>& family);
    void bury(pid_t process);
    void bury_child();

    pid_t pid_ = -1;
    OwnedFd ended_;
    std::optional<OwnChild> own_;
    std::optional<int> status_;  // set once it has been waited for
    LifeUsage life_;
};

// "sleep (4711)". Three are named and the rest counted: "a (1), b (2), c (3) and 4 more".
[[nodiscard]] std::string names_of(const std::vector<ProcessStat>& processes);

}  // namespace volley
