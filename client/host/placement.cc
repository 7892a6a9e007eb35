#include "host/placement.hh"

#include <algorithm>
#include <iterator>

#include "base/error.hh"
#include "host/cpu_layout.hh"

namespace volley {

namespace {

constexpr const char* more_cpus = "allow more CPUs (taskset, cpuset) or use a larger machine";

std::string count_of(std::size_t count) {
    return std::to_string(count) + (count == 1 ? " CPU" : " CPUs");
}

std::string name_of(const CpuList& cpus) {
    return (cpus.size() == 1 ? "CPU " : "CPUs ") + format_cpu_list(cpus);
}

CpuList online_of(const Topology& topology) {
    CpuList cpus;
    for (const Cpu& cpu : topology.cpus) {
        cpus.push_back(cpu.id);
    }
    return cpus;
}

// Throws if a named CPU cannot be used.
void check_cpus(const Topology& topology, const std::optional<CpuList>& cpus,
                const std::optional<int>& node, const std::string& side) {
    if (!cpus) {
        return;
    }
    const std::string option = "--" + side + "-cpus";
    const std::string choose = "choose among CPUs " + format_cpu_list(topology.allowed());
    if (cpus->empty()) {
        throw Error(ExitCode::usage, option + " names no CPU", choose);
    }
    const std::string value = option + " " + format_cpu_list(*cpus) + ": CPU ";
    for (const int id : *cpus) {
        const Cpu* const cpu = topology.find(id);
        if (cpu == nullptr) {
            throw Error(ExitCode::usage,
                        value + std::to_string(id) + " does not exist or is offline (online: " +
                            format_cpu_list(online_of(topology)) + ")",
                        choose);
        }
        if (!cpu->allowed) {
            throw Error(ExitCode::usage,
                        value + std::to_string(id) + " is not allowed to this process (allowed: " +
                            format_cpu_list(topology.allowed()) + ")",
                        choose + ", or widen its affinity (taskset, cpuset)");
        }
        if (node && cpu->node != *node) {
            throw Error(ExitCode::usage,
                        value + std::to_string(id) + " is on node " + std::to_string(cpu->node) +
                            ", not on --" + side + "-node " + std::to_string(*node),
                        "give one of the two options");
        }
    }
}

// Throws if a named node cannot be used.
void check_node(const Topology& topology, const std::optional<int>& node, const std::string& side) {
    if (!node) {
        return;
    }
    std::string usable;
    for (const int candidate : nodes_of(topology, topology.allowed())) {
        if (candidate == *node) {
            return;
        }
        usable += (usable.empty() ? "" : ", ") + std::to_string(candidate);
    }
    throw Error(ExitCode::usage,
                "--" + side + "-node " + std::to_string(*node) +
                    ": no such node, or no CPU of it is allowed to this process (allowed nodes: " +
                    usable + ")",
                "choose among these");
}

SideWish server_wish(const PlacementRequest& request) {
    // One CPU is left free for a server that is not ours, as if it were ours.
    const std::size_t count =
        request.server_is_ours ? std::max<std::size_t>(request.server_cores, 1) : 1;
    return {
        .least = count, .most = count, .fixed = request.server_cpus, .node = request.server_node};
}

SideWish client_wish(const PlacementRequest& request) {
    const std::size_t workers = std::max<std::size_t>(request.workers, 1);
    SideWish wish{
        .least = 1, .most = workers, .fixed = request.client_cpus, .node = request.client_node};
    if (request.client_cores) {
        wish.least = std::clamp<std::size_t>(*request.client_cores, 1, workers);
        wish.most = wish.least;
    }
    if (wish.fixed && wish.fixed->size() > workers) {
        wish.fixed->resize(workers);
    }
    return wish;
}

Sharing sharing_of(const Topology& topology, const Placement& placement) {
    CpuList common;
    std::set_intersection(placement.server_cpus.begin(), placement.server_cpus.end(),
                          placement.client_cpus.begin(), placement.client_cpus.end(),
                          std::back_inserter(common));
    if (!common.empty()) {
        return Sharing::some_cpus;
    }
    return siblings_across(topology, placement.client_cpus, placement.server_cpus) > 0
               ? Sharing::smt_siblings
               : Sharing::none;
}

std::string nodes_text(const std::vector<int>& nodes) {
    return (nodes.size() == 1 ? "node " : "nodes ") + format_cpu_list(nodes);
}

void note_shortage(const PlacementRequest& request, const Placement& plan,
                   std::vector<std::string>& notes) {
    const SideWish server = server_wish(request);
    const SideWish client = client_wish(request);
    const auto add = [&](const std::string& side, const CpuList& given, const SideWish& wish,
                         const std::string& consequence) {
        if (!wish.fixed && given.size() < wish.least) {
            notes.push_back("the " + side + " gets " + count_of(given.size()) + " (" +
                            format_cpu_list(given) + ") of the " + std::to_string(wish.least) +
                            " asked for: " + consequence + "; ask for fewer, or " + more_cpus);
        }
    };
    if (request.server_is_ours) {
        add("server", plan.server_cpus, server,
            "these are the figures of a server on " + count_of(plan.server_cpus.size()));
    }
    add("client", plan.client_cpus, client,
        "workers wait for a CPU, and the figures include this waiting");
    if (request.client_cpus && request.client_cpus->size() > plan.client_cpus.size()) {
        notes.push_back("only " + name_of(plan.client_cpus) + " of --client-cpus " +
                        format_cpu_list(*request.client_cpus) +
                        " are used: there are not more workers; ask for more workers");
    }
}

void note_nodes(const PlacementRequest& request, const Placement& plan,
                std::vector<std::string>& notes) {
    const bool server_named = request.server_cpus || request.server_node;
    const bool client_named = request.client_cpus || request.client_node;
    if (plan.server_nodes == plan.client_nodes && plan.server_nodes.size() == 1) {
        return;
    }
    if (server_named && client_named) {
        return;  // as was asked
    }
    const std::string where = "the server is on " + nodes_text(plan.server_nodes) +
                              " and the client on " + nodes_text(plan.client_nodes);
    notes.push_back(where +
                    ": round trips between nodes take longer than those within one; ask for fewer "
                    "CPUs, or choose with --server-node and --client-node");
}

void note_siblings(const Topology& topology, const PlacementRequest& request, const Placement& plan,
                   std::vector<std::string>& notes) {
    const auto add = [&](const std::string& side, const CpuList& cpus, bool named) {
        if (!named && siblings_within(topology, cpus) > 0) {
            notes.push_back("some of the " + side + "'s " + name_of(cpus) +
                            " are SMT siblings: they slow each other when both are busy; ask for "
                            "fewer, or " +
                            more_cpus);
        }
    };
    add("server", plan.server_cpus, request.server_cpus.has_value());
    add("client", plan.client_cpus, request.client_cpus.has_value());
}

Placement without_placement(const PlacementRequest& request) {
    Placement plan;
    plan.enabled = false;
    if (request.server_cpus || request.client_cpus || request.server_node || request.client_node) {
        plan.notes.push_back(
            "the chosen CPUs and nodes are ignored: --no-placement leaves all threads to "
            "the scheduler; leave out one or the other");
    }
    return plan;
}

}  // namespace

std::string to_string(Sharing sharing) {
    switch (sharing) {
        case Sharing::none:
            return "none";
        case Sharing::smt_siblings:
            return "smt_siblings";
        case Sharing::some_cpus:
            return "some_cpus";
        case Sharing::unknown:
            return "unknown";
    }
    ensure(false, "a Sharing has one of its values");
    return "";
}

std::string sharing_note(const Placement& placement) {
    const std::string both = "server (" + name_of(placement.server_cpus) + ") and client (" +
                             name_of(placement.client_cpus) + ") ";
    if (placement.sharing == Sharing::some_cpus) {
        return both +
               "share CPUs: they take turns, so the figures cannot be compared with those of a "
               "server with its own CPUs; " +
               more_cpus + ", or choose CPUs that do not overlap";
    }
    if (placement.sharing == Sharing::smt_siblings) {
        return both +
               "share physical cores (SMT siblings): each slows the other while both are "
               "busy; ask for fewer CPUs, or " +
               more_cpus;
    }
    return "";
}

Placement place(const Topology& topology, const PlacementRequest& request) {
    if (topology.allowed().empty()) {
        throw Error(ExitCode::usage, "no online CPU is allowed to this process",
                    "widen its affinity (taskset, cpuset)");
    }
    check_node(topology, request.server_node, "server");
    check_node(topology, request.client_node, "client");
    check_cpus(topology, request.server_cpus, request.server_node, "server");
    check_cpus(topology, request.client_cpus, request.client_node, "client");
    if (!request.enabled) {
        return without_placement(request);
    }
    const CpuLayout layout = find_cpu_layout(topology, server_wish(request), client_wish(request));
    Placement plan;
    plan.client_cpus = layout.client;
    plan.client_nodes = nodes_of(topology, layout.client);
    if (request.server_is_ours) {
        plan.server_cpus = layout.server;
        plan.server_nodes = nodes_of(topology, layout.server);
        plan.sharing = sharing_of(topology, plan);
        if (const std::string note = sharing_note(plan); !note.empty()) {
            plan.notes.push_back(note);
        }
    }
    note_shortage(request, plan, plan.notes);
    note_siblings(topology, request, plan, plan.notes);
    if (request.server_is_ours) {
        note_nodes(request, plan, plan.notes);
    }
    return plan;
}

}  // namespace volley
