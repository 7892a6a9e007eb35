// Reads what /proc says about one process. family.hh decides which processes belong together.
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

// CPU time in clock ticks, each rounded down to whole ticks (proc(5), fields 14 to 17 of stat).
struct Ticks {
    std::uint64_t user = 0;
    std::uint64_t system = 0;
    // Of children that have ended and were waited for, and of their children.
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
    // Clock ticks since boot. Process numbers are reused; number and start time together are
    // unique.
    std::uint64_t started = 0;

    // Ended, and not yet waited for. The main thread may end before the process does.
    [[nodiscard]] bool is_dead() const { return state == 'X' || (state == 'Z' && threads <= 1); }
};

// Nothing if the process is gone or /proc does not show it.
[[nodiscard]] std::optional<ProcessStat> stat_of(pid_t process);
// The same from the text of a stat file.
[[nodiscard]] std::optional<ProcessStat> parse_stat(pid_t process, const std::string& text);

// All process numbers that /proc shows.
[[nodiscard]] std::vector<pid_t> all_processes();

// Children started by any of its threads and those it has adopted, including dead ones that have
// not been waited for. If the kernel keeps no lists of children (CONFIG_PROC_CHILDREN), all of
// /proc is searched.
[[nodiscard]] std::vector<pid_t> children_of(pid_t process);

// Whether the process still runs, and its number has not gone to another process.
[[nodiscard]] bool still_runs(const ProcessStat& process);

// Whether its children, with their CPU time, vanish when they end (SIGCHLD is ignored). Nothing if
// /proc does not say.
[[nodiscard]] std::optional<bool> ignores_children(pid_t process);

// The memory it uses. Pages shared by several processes are divided among them (Pss), so that sums
// over processes are correct. Nothing if the kernel does not say (smaps_rollup: Linux 4.14).
[[nodiscard]] std::optional<std::uint64_t> shared_out_memory_of(pid_t process);

// The CPU time its threads have used plus the time they have waited for a CPU. On a busy machine a
// process gets less than this demand. Ended threads are not counted. Zero if the process is gone or
// the kernel does not count this (CONFIG_SCHED_INFO).
[[nodiscard]] std::chrono::nanoseconds cpu_demand_of(pid_t process);

// Whether one of its threads is on a CPU, or waits for one, at this moment.
[[nodiscard]] bool wants_cpu_now(pid_t process);

// The number of entries of /proc/PID/NAME, such as "fd" and "task"; 0 if the process is gone.
[[nodiscard]] std::size_t count_of(pid_t process, const std::string& name);

// The inodes of its open sockets, as the kernel's tables of connections name them; empty if the
// process is gone.
[[nodiscard]] std::set<std::string> sockets_of(pid_t process);

// Sets its soft and hard limit so that it can open this many more descriptors than it has now.
// False if the system refuses or the process is gone.
[[nodiscard]] bool limit_descriptors_of(pid_t process, std::size_t more);

}  // namespace volley
