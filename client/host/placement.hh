// Decides where the server and the workers run: a pure function of the topology and the request.
//
// Placement matters: figures differ several times over between client and server on one CPU and on
// two. So the plan is made before any socket is opened and is reported, and the run verifies it.
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
    std::size_t server_cores = 1;  // how many CPUs the server gets if server_cpus is empty
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
    smt_siblings,  // disjoint CPUs, but a client CPU is the SMT sibling of a server CPU
    some_cpus,     // some CPUs serve both
    unknown,       // nothing was pinned, or the server is not ours
};
[[nodiscard]] std::string to_string(Sharing sharing);

struct Placement {
    bool enabled = true;
    CpuList server_cpus;  // empty: the server is not placed
    CpuList client_cpus;  // empty: workers are not pinned; worker i gets client_cpus[i % size]
    std::vector<int> server_nodes;  // nodes of those CPUs; memory is bound to them
    std::vector<int> client_nodes;
    Sharing sharing = Sharing::unknown;
    // One line each: "what the plan could not provide: the consequence; the remedy".
    std::vector<std::string> notes;
};

// Prefers disjoint CPUs to shared ones, whole cores (no SMT sibling of the other side; no two
// workers on one core) to siblings, and one node for both if it has room. Leaves CPU 0 to
// interrupts if there is a choice. Too few CPUs is never an error: the plan adds a note and records
// the sharing. Throws Error(usage) if a named CPU or node does not exist or is not allowed.
[[nodiscard]] Placement place(const Topology& topology, const PlacementRequest& request);

// The note on sharing that place() leaves; empty if client and server share neither CPU nor core.
// Exported so that the fact is not reported twice, as a note and as a warning.
[[nodiscard]] std::string sharing_note(const Placement& placement);

}  // namespace volley
