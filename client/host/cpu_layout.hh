// Which CPUs go to the server and which to the client: the search behind place().
//
// Tries the few layouts that are worth trying (each node, nodes apart, the whole machine; the
// server on whole cores or packed onto siblings) and takes the best by an ordered list of
// preferences (CpuLayoutCost). It is a search with a cost, because a chain of conditions for nodes,
// SMT, too few CPUs and named CPUs cannot be kept correct. It validates nothing and writes no text.
#pragma once

#include <compare>
#include <cstddef>
#include <optional>

#include "host/topology.hh"

namespace volley {

// What one side asks for. Counts are at least 1.
struct SideWish {
    std::size_t least = 1;         // fewer is a shortage
    std::size_t most = 1;          // more is of no use
    std::optional<CpuList> fixed;  // exactly these; the counts are then ignored
    std::optional<int> node;       // only CPUs of this node
};

struct CpuLayout {
    CpuList server;  // ascending
    CpuList client;  // ascending
};

// The order of the members is the order of the preferences; smaller is better.
struct CpuLayoutCost {
    std::size_t shared_cpus = 0;
    std::size_t server_missing = 0;
    std::size_t client_missing = 0;
    std::size_t siblings_across = 0;  // client CPUs on a core of the server
    std::size_t server_siblings = 0;  // server CPUs on a core that the server already uses
    int node_distance = 0;            // see node_distance() in the source
    std::size_t client_siblings = 0;
    std::size_t client_unused = 0;  // workers without a CPU of their own

    friend auto operator<=>(const CpuLayoutCost&, const CpuLayoutCost&) = default;
};

// The topology must have at least one allowed CPU on every node that a wish names.
[[nodiscard]] CpuLayout find_cpu_layout(const Topology& topology, const SideWish& server,
                                        const SideWish& client);

// How many of these CPUs share a core with an earlier one in the list, or with one of `others`.
[[nodiscard]] std::size_t siblings_within(const Topology& topology, const CpuList& cpus);
[[nodiscard]] std::size_t siblings_across(const Topology& topology, const CpuList& cpus,
                                          const CpuList& others);
// The nodes of these CPUs, ascending.
[[nodiscard]] std::vector<int> nodes_of(const Topology& topology, const CpuList& cpus);

}  // namespace volley
