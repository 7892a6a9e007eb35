// What /proc tells about one process. No judgement, and no list of processes: that is family.hh.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace volley {

// CPU time in clock ticks, each cut down to whole ones (proc(5), fields 14 to 17 of stat).
struct Ticks {
    std::uint64_t user = 0;
    std::uint64_t system = 0;
    // Of children that have ended and were waited for, and of theirs.
    std::uint64_t children_user = 0;
    std::uint64_t children_system = 0;
};

struct ProcessStat {
    pid_t process = 0;
    std::string name;  // of the command, at most 15 characters
    char state = '?';
    pid_t parent = 0;
    pid_t group = 0;
    pid_t session = 0;
    Ticks ticks;
    std::uint64_t threads = 0;
    // Clock ticks from the boot. With the number it names a process for ever: numbers come again.
    std::uint64_t started = 0;

    // Ended, and not yet waited for. The first thread alone may end before the process does.
    [[nodiscard]] bool is_dead() const { return state == 'X' || (state == 'Z' && threads <= 1); }
};

// Nothing where the process is gone, or /proc does not show it.
[[nodiscard]] std::optional<ProcessStat> stat_of(pid_t process);
// The same from the text of a stat file.
[[nodiscard]] std::optional<ProcessStat> parse_stat(pid_t process, const std::string& text);

// All numbers that /proc shows.
[[nodiscard]] std::vector<pid_t> all_processes();

// Started by any of its threads, and those that it has adopted; also dead ones that nobody has
// waited for. Where the kernel keeps no lists of children (CONFIG_PROC_CHILDREN), all of /proc is
// searched.
[[nodiscard]] std::vector<pid_t> children_of(pid_t process);

// Does it still run, and is it not another one that has got its number?
[[nodiscard]] bool still_runs(const ProcessStat& process);

// Whether its children vanish as they end, with their CPU time (SIGCHLD is ignored). Nothing where
// /proc does not say.
[[nodiscard]] std::optional<bool> ignores_children(pid_t process);

// Memory that it takes, where pages that several processes share count in parts (Pss): sums over
// processes are true. Nothing where the kernel does not say (smaps_rollup: Linux 4.14).
[[nodiscard]] std::optional<std::uint64_t> shared_out_memory_of(pid_t process);

// CPU time that its threads have used plus the time that they have waited for a CPU: what it wants,
// which on a busy machine is more than what it gets. Nothing of threads that have ended; zero where
// the process is gone, or the kernel counts no such thing (CONFIG_SCHED_INFO).
[[nodiscard]] std::chrono::nanoseconds cpu_demand_of(pid_t process);

// Has a thread of it a CPU, or waits for one, at this moment?
[[nodiscard]] bool wants_cpu_now(pid_t process);

// Entries of /proc/PID/NAME, such as "fd" and "task"; 0 where the process is gone.
[[nodiscard]] std::size_t count_of(pid_t process, const std::string& name);

// The inodes of the sockets that it has open, as the kernel's tables of them name these; none where
// the process is gone.
[[nodiscard]] std::set<std::string> sockets_of(pid_t process);

// Lets it open this many more descriptors than it has now, by its soft and hard limit. False where
// the system refuses, or the process is gone.
[[nodiscard]] bool limit_descriptors_of(pid_t process, std::size_t more);

}  // namespace volley
