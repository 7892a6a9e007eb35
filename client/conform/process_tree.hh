// What /proc tells about a process of the server under test and those that it has started.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <vector>

namespace volley {

// Children, their children and so on; not the process itself, and no zombies.
[[nodiscard]] std::vector<pid_t> descendants_of(pid_t root);

// Does this process run (a zombie does not)?
[[nodiscard]] bool process_runs(pid_t pid);

// CPU time that its threads have used plus the time that they have waited for a CPU: what it wants,
// which on a busy machine is more than what it gets. Nothing of threads that have ended; zero where
// the process is gone, or the kernel counts no such thing (CONFIG_SCHED_INFO).
[[nodiscard]] std::chrono::nanoseconds cpu_demand_of(pid_t pid);

// Has a thread of it a CPU, or waits for one, at this moment?
[[nodiscard]] bool wants_cpu_now(pid_t pid);

// Lets it open this many more descriptors than it has now, by its soft and hard limit. False where
// the system refuses, or the process is gone.
[[nodiscard]] bool limit_descriptors_of(pid_t pid, std::size_t more);

}  // namespace volley
