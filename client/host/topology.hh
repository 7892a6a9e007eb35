// The machine's CPUs, the node and core of each, and whether this process may use it.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "host/cpu_set.hh"
#include "host/system_files.hh"

namespace volley {

struct Cpu {
    int id = 0;
    int node = 0;
    int core = 0;         // unique over the machine: CPUs with the same core are SMT siblings
    bool allowed = true;  // in the affinity mask (cpuset) that this process started with
};

// Online CPUs only, ascending by id; at least one.
struct Topology {
    std::vector<Cpu> cpus;

    [[nodiscard]] const Cpu* find(int id) const;
    [[nodiscard]] CpuList allowed() const;
    [[nodiscard]] std::vector<int> nodes() const;
    [[nodiscard]] bool has_smt() const;
};

// Reads the machine through libnuma and /sys. Call before anything changes the affinity of this
// process. If /sys or NUMA support is missing, every CPU counts as a separate core on node 0.
[[nodiscard]] Topology read_topology();

// The same from the given files, with what the files do not say: the affinity mask that the process
// started with, and the node of a CPU (below 0 if unknown).
[[nodiscard]] Topology read_topology(const SystemFiles& files, const CpuList& allowed,
                                     const std::function<int(int)>& node_of);

// A topology written as text, for tests and for `--print-plan` questions about other machines: one
// line for each CPU, "cpu 0 node 0 core 0 [not-allowed] [offline]"; # begins a comment. Throws
// Error(usage) naming the line.
[[nodiscard]] Topology parse_topology(std::string_view text);

}  // namespace volley
