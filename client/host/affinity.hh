// Pins threads and binds memory, and reads back whether it worked.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "host/cpu_set.hh"
#include "host/topology.hh"

namespace volley {

// Restricts the calling thread to these CPUs (empty: leaves it alone) and reads the mask back.
// Throws Error(failed) if the kernel refuses or the mask read back differs.
void pin_this_thread(const CpuList& cpus);

// Binds future memory of the calling thread (and, over exec, of a process) to the nodes; empty:
// leaves it alone. Returns false if the machine has no NUMA support or the kernel refuses.
bool bind_memory_of_this_thread(const std::vector<int>& nodes);

// The nodes that memory must be bound to. None on a machine with one node: binding has no effect
// there, and some kernels and containers refuse it.
[[nodiscard]] std::vector<int> nodes_to_bind(const Topology& topology,
                                             const std::vector<int>& nodes);

struct ThreadPlace {
    pid_t thread = 0;
    CpuList allowed;    // its affinity mask
    int last_cpu = -1;  // the CPU that it last ran on, −1 if unknown
    int node = -1;      // that CPU's node
};

// Every thread of a process (all of /proc/PID/task); empty if the process is gone.
[[nodiscard]] std::vector<ThreadPlace> places_of_process(pid_t process, const Topology& topology);
// The calling thread.
[[nodiscard]] ThreadPlace place_of_this_thread(const Topology& topology);

// Empty if every place keeps to the `wanted` CPUs (the affinity mask is a subset, and the last CPU
// is one of them). Otherwise one line that names the thread, the CPUs it may use and the CPUs
// planned. Empty `wanted`: always empty.
[[nodiscard]] std::string deviation(const std::vector<ThreadPlace>& places, const CpuList& wanted,
                                    const std::string& who);

}  // namespace volley
