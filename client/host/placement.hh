// Where server and workers run: a pure function from the topology and what was asked.
//
// Placement is a factor, not a detail: client and server on one CPU or on two differ several times
// over. So the plan decides before any socket is opened, says what it decided, and the run verifies
// it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "host/topology.hh"

namespace volley {

struct PlacementRequest {
    bool enabled = true;           // --no-placement makes it false: nothing is pinned
    bool server_is_ours = true;    // false: a server that already runs; its CPUs are not chosen
    std::size_t server_cores = 1;  // how many CPUs the server gets where server_cpus is empty
    std::optional<std::size_t>
        client_cores;         // nothing: as many as there are useful ones, at most `workers`
    std::size_t workers = 1;  // worker threads wanted (an upper bound for useful client CPUs)
    std::optional<CpuList> server_cpus;
    std::optional<CpuList> client_cpus;
    std::optional<int> server_node;
    std::optional<int> client_node;
};

enum class Sharing {
    none,          // disjoint CPUs, no SMT siblings between client and server
    smt_siblings,  // disjoint CPUs, but some client CPU is the SMT sibling of a server CPU
    some_cpus,     // some CPUs serve both
    unknown,       // not placed, or the server is not ours
};
[[nodiscard]] std::string to_string(Sharing sharing);

struct Placement {
    bool enabled = true;
    CpuList server_cpus;  // empty: the server is not placed
    CpuList client_cpus;  // empty: workers are not pinned; worker i gets client_cpus[i % size]
    std::vector<int> server_nodes;  // nodes of those CPUs; memory is bound to them
    std::vector<int> client_nodes;
    Sharing sharing = Sharing::unknown;
    // One line each, "what the plan could not give: its consequence; the remedy".
    std::vector<std::string> notes;
};

// Prefers: disjoint CPUs before shared ones; whole cores (no SMT sibling of the other side; no two
// workers on one core) before siblings; one node for both where it has room. CPU 0 is left to
// interrupts where there is a choice. Fewer CPUs than wanted is a note and a recorded sharing,
// never a refusal. Throws Error(usage) where a CPU or node that was named does not exist or is not
// allowed.
[[nodiscard]] Placement place(const Topology& topology, const PlacementRequest& request);

// The note on sharing that place() leaves: empty where client and server share neither CPU nor
// core. Exported so that the same fact is not told twice, as a note and as a warning.
[[nodiscard]] std::string sharing_note(const Placement& placement);

}  // namespace volley
