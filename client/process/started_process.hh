// A child of this program, from its start until nothing is left of it: the one way in which servers
// are started, watched and ended, by the measuring client and by conform.
//
// It runs in a process group of its own, so that Ctrl-C at the terminal does not reach it, and the
// kernel kills it where this program is killed (what it has started itself: watcher.hh). It is
// waited for at the very end only: until then its number, and that of its group, is nobody else's.
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

// Of whole lives, added up over those that have been waited for, and by them.
struct LifeUsage {
    std::uint64_t voluntary_switches = 0;
    std::uint64_t involuntary_switches = 0;
};

class StartedProcess {
  public:
    // become: called in the child; must end in exec or _exit. Signals are blocked there, because
    // nothing may interrupt between the start and the note of it. Throws Error where there is no
    // process to be had, or it cannot be watched.
    explicit StartedProcess(const std::function<void()>& become);
    // Kills whatever is still there.
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
    // As wait(2) has it; nothing while it runs.
    [[nodiscard]] std::optional<int> wait_status() const;

    [[nodiscard]] std::vector<ProcessStat> family() const;
    // Those of the family that run, but for the process itself.
    [[nodiscard]] std::vector<ProcessStat> others() const;

    // To the process itself.
    void signal(int number) const { send_signal(ended_, number); }
    // Kills the family and waits for it. What cannot be killed by the deadline is returned.
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

// "sleep (4711)"; more than three are counted: "a (1), b (2), c (3) and 4 more".
[[nodiscard]] std::string names_of(const std::vector<ProcessStat>& processes);

}  // namespace volley
