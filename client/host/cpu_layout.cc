#include "host/cpu_layout.hh"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/error.hh"

namespace volley {

namespace {

// One core: its allowed CPUs, ascending.
using Core = CpuList;
// Cores in the order in which they are handed out: the core of CPU 0 last in its node, because
// interrupts and housekeeping use it most.
using Pool = std::vector<Core>;

struct NodePool {
    int node = 0;
    std::size_t cpus = 0;
    Pool pool;
};

bool contains(const CpuList& cpus, int cpu) {
    return std::find(cpus.begin(), cpus.end(), cpu) != cpus.end();
}

std::set<int> cores_of(const Topology& topology, const CpuList& cpus) {
    std::set<int> cores;
    for (const int id : cpus) {
        const Cpu* const cpu = topology.find(id);
        ensure(cpu != nullptr, "a CPU of a layout is in the topology");
        cores.insert(cpu->core);
    }
    return cores;
}

// Nodes with an allowed CPU: the one with the most first, the lowest number first in a tie.
std::vector<NodePool> ranked_nodes(const Topology& topology) {
    std::map<int, std::map<int, Core>> by_node;
    for (const Cpu& cpu : topology.cpus) {
        if (cpu.allowed) {
            by_node[cpu.node][cpu.core].push_back(cpu.id);
        }
    }
    std::vector<NodePool> ranked;
    for (auto& [node, by_core] : by_node) {
        NodePool one{.node = node, .cpus = 0, .pool = {}};
        for (auto& [core, cpus] : by_core) {
            one.cpus += cpus.size();
            one.pool.push_back(std::move(cpus));
        }
        std::sort(one.pool.begin(), one.pool.end(), [](const Core& a, const Core& b) {
            return std::pair(a.front() == 0, a.front()) < std::pair(b.front() == 0, b.front());
        });
        ranked.push_back(std::move(one));
    }
    std::stable_sort(ranked.begin(), ranked.end(),
                     [](const NodePool& a, const NodePool& b) { return a.cpus > b.cpus; });
    return ranked;
}

// The free CPUs of a pool, in the order in which a side takes them.
struct Offer {
    CpuList whole;     // one CPU of each unused core
    CpuList siblings;  // the other CPUs of those cores
    CpuList packed;    // the same CPUs as both above, core by core
    CpuList touched;   // CPUs on cores that the other side uses

    [[nodiscard]] CpuList in_order(bool packs) const {
        CpuList order = packs ? packed : whole;
        if (!packs) {
            order.insert(order.end(), siblings.begin(), siblings.end());
        }
        order.insert(order.end(), touched.begin(), touched.end());
        return order;
    }
};

Offer offer(const Pool& pool, const CpuList& taken) {
    Offer offered;
    std::size_t most_threads = 0;
    for (const Core& core : pool) {
        most_threads = std::max(most_threads, core.size());
    }
    const auto is_touched = [&](const Core& core) {
        return std::any_of(core.begin(), core.end(), [&](int cpu) { return contains(taken, cpu); });
    };
    for (std::size_t thread = 0; thread < most_threads; ++thread) {
        for (const Core& core : pool) {
            if (thread >= core.size() || contains(taken, core[thread])) {
                continue;
            }
            (is_touched(core) ? offered.touched
             : thread == 0    ? offered.whole
                              : offered.siblings)
                .push_back(core[thread]);
        }
    }
    for (const Core& core : pool) {
        if (!is_touched(core)) {
            offered.packed.insert(offered.packed.end(), core.begin(), core.end());
        }
    }
    return offered;
}

CpuList first_of(const CpuList& order, std::size_t count) {
    CpuList chosen(order.begin(),
                   order.begin() + static_cast<std::ptrdiff_t>(std::min(count, order.size())));
    std::sort(chosen.begin(), chosen.end());
    return chosen;
}

CpuList choose_client(const Pool& pool, const CpuList& server, const SideWish& wish) {
    Offer offered = offer(pool, server);
    if (offered.in_order(false).empty()) {
        offered = offer(pool, {});  // nothing is left: share
    }
    // Beyond the least, only whole cores: a second worker on a core slows the first.
    const std::size_t useful = offered.whole.empty() ? wish.most : offered.whole.size();
    return first_of(offered.in_order(false), std::clamp(useful, wish.least, wish.most));
}

// 0 one node with room · 1 apart, with room · 2 one node, crowded · 3 apart, crowded · 4 one side
// on several nodes. Room: the client has as many CPUs as it can use, or as many as the server. With
// fewer it would probably be the bottleneck, which is worse than a longer way between nodes.
int node_distance(const Topology& topology, const CpuLayout& layout, const SideWish& client) {
    const std::vector<int> servers = nodes_of(topology, layout.server);
    const std::vector<int> clients = nodes_of(topology, layout.client);
    if (servers.size() > 1 || clients.size() > 1) {
        return 4;
    }
    const bool crowded = layout.client.size() < std::min(client.most, layout.server.size());
    return (crowded ? 2 : 0) + (servers == clients ? 0 : 1);
}

std::size_t missing(std::size_t wanted, std::size_t given) {
    return wanted > given ? wanted - given : 0;
}

CpuLayoutCost cost_of(const Topology& topology, const CpuLayout& layout, const SideWish& server,
                      const SideWish& client) {
    CpuLayoutCost cost;
    cost.shared_cpus = static_cast<std::size_t>(
        std::count_if(layout.client.begin(), layout.client.end(),
                      [&](int cpu) { return contains(layout.server, cpu); }));
    cost.server_missing = missing(server.least, layout.server.size());
    cost.client_missing = missing(client.least, layout.client.size());
    cost.siblings_across = siblings_across(topology, layout.client, layout.server);
    cost.server_siblings = siblings_within(topology, layout.server);
    cost.node_distance = node_distance(topology, layout, client);
    cost.client_siblings = siblings_within(topology, layout.client);
    cost.client_unused = missing(client.most, layout.client.size());
    return cost;
}

// The server CPUs worth trying in a pool: on whole cores and packed, and each with one CPU less if
// it would otherwise leave none.
std::vector<CpuList> server_choices(const Pool& pool, const SideWish& server,
                                    const SideWish& client) {
    std::vector<CpuList> choices;
    const CpuList taken = client.fixed.value_or(CpuList{});
    for (const bool packs : {false, true}) {
        CpuList order = offer(pool, taken).in_order(packs);
        if (order.empty()) {
            order = offer(pool, {}).in_order(packs);  // nothing is left: share
        }
        choices.push_back(first_of(order, server.most));
        if (server.most >= order.size() && order.size() > 1 && !client.fixed) {
            choices.push_back(first_of(order, order.size() - 1));
        }
    }
    return choices;
}

Pool whole_machine(const std::vector<NodePool>& ranked) {
    Pool whole;
    for (const NodePool& one : ranked) {
        whole.insert(whole.end(), one.pool.begin(), one.pool.end());
    }
    return whole;
}

// The pools for the server's CPUs: its node, or each node and then the whole machine.
std::vector<Pool> server_pools(const SideWish& server, const std::vector<NodePool>& ranked) {
    std::vector<Pool> pools;
    for (const NodePool& one : ranked) {
        if (!server.node || *server.node == one.node) {
            pools.push_back(one.pool);
        }
    }
    if (!server.node && ranked.size() > 1) {
        pools.push_back(whole_machine(ranked));
    }
    return pools;
}

// The same for the client of a given server. Only nodes that can win are tried: the server's own,
// the best other one, and all together.
std::vector<Pool> client_pools(const Topology& topology, const SideWish& client,
                               const CpuList& server, const std::vector<NodePool>& ranked) {
    const std::vector<int> home = nodes_of(topology, server);
    std::vector<Pool> pools;
    bool has_other = false;
    for (const NodePool& one : ranked) {
        const bool is_home = contains(home, one.node);
        if (client.node ? *client.node == one.node : is_home || !has_other) {
            pools.push_back(one.pool);
        }
        has_other = has_other || !is_home;
    }
    if (!client.node && ranked.size() > 1) {
        pools.push_back(whole_machine(ranked));
    }
    return pools;
}

}  // namespace

std::vector<int> nodes_of(const Topology& topology, const CpuList& cpus) {
    std::set<int> nodes;
    for (const int id : cpus) {
        const Cpu* const cpu = topology.find(id);
        ensure(cpu != nullptr, "a CPU of a layout is in the topology");
        nodes.insert(cpu->node);
    }
    return {nodes.begin(), nodes.end()};
}

std::size_t siblings_within(const Topology& topology, const CpuList& cpus) {
    return cpus.size() - cores_of(topology, cpus).size();
}

std::size_t siblings_across(const Topology& topology, const CpuList& cpus, const CpuList& others) {
    const std::set<int> cores = cores_of(topology, others);
    return static_cast<std::size_t>(std::count_if(cpus.begin(), cpus.end(), [&](int cpu) {
        return cores.contains(topology.find(cpu)->core);
    }));
}

CpuLayout find_cpu_layout(const Topology& topology, const SideWish& server,
                          const SideWish& client) {
    const std::vector<NodePool> ranked = ranked_nodes(topology);
    std::optional<CpuLayout> best;
    std::optional<CpuLayoutCost> best_cost;
    const auto consider = [&](const CpuList& server_cpus, const CpuList& client_cpus) {
        const CpuLayout layout{.server = server_cpus, .client = client_cpus};
        const CpuLayoutCost cost = cost_of(topology, layout, server, client);
        if (!best_cost || cost < *best_cost) {  // the first of equals, because nodes are ranked
            best = layout;
            best_cost = cost;
        }
    };
    std::vector<CpuList> servers;
    if (server.fixed) {
        servers.push_back(*server.fixed);
    } else {
        for (const Pool& pool : server_pools(server, ranked)) {
            const std::vector<CpuList> choices = server_choices(pool, server, client);
            servers.insert(servers.end(), choices.begin(), choices.end());
        }
    }
    for (const CpuList& server_cpus : servers) {
        if (client.fixed) {
            consider(server_cpus, *client.fixed);
            continue;
        }
        for (const Pool& pool : client_pools(topology, client, server_cpus, ranked)) {
            consider(server_cpus, choose_client(pool, server_cpus, client));
        }
    }
    ensure(best.has_value(), "there is always a layout to consider");
    return *best;
}

}  // namespace volley
