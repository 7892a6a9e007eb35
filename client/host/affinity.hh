// Pins threads and binds memory, and reads back whether it took.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "host/cpu_set.hh"
#include "host/topology.hh"

namespace volley {

// Restricts the calling thread to these CPUs (empty: leaves it alone) and reads the mask back.
// Throws Error(failed) where the kernel refuses or the mask is another one afterwards.
void pin_this_thread(const CpuList& cpus);

// Binds future memory of the calling thread (and, over exec, of a process) to the nodes; empty:
// leaves it alone. Returns false where the machine has no NUMA support or refuses.
bool bind_memory_of_this_thread(const std::vector<int>& nodes);

// The nodes that memory must be bound to: none where the machine has one node only, so that nothing
// is asked of kernels and containers that would refuse it to no effect.
[[nodiscard]] std::vector<int> nodes_to_bind(const Topology& topology,
                                             const std::vector<int>& nodes);

struct ThreadPlace {
    pid_t thread = 0;
    CpuList allowed;    // its affinity mask
    int last_cpu = -1;  // the CPU that it last ran on, −1 where unknown
    int node = -1;      // that CPU's node
};

// Every thread of a process (all of /proc/PID/task), or nothing where the process is gone.
[[nodiscard]] std::vector<ThreadPlace> places_of_process(pid_t process, const Topology& topology);
// The calling thread.
[[nodiscard]] ThreadPlace place_of_this_thread(const Topology& topology);

// Empty where every place keeps within `wanted` CPUs (affinity mask is a subset, and the last CPU
// is one of them); otherwise one line that names the thread, what it may use and what was planned.
// Empty `wanted`: always empty.
[[nodiscard]] std::string deviation(const std::vector<ThreadPlace>& places, const CpuList& wanted,
                                    const std::string& who);

}  // namespace volley
