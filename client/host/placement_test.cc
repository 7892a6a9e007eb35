#include "host/placement.hh"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/error.hh"

namespace volley {
namespace {

std::filesystem::path machines() {
    return std::filesystem::path(__FILE__).parent_path() / "testdata";
}

Topology machine(const std::string& name) {
    std::ifstream stream(machines() / (name + ".txt"));
    ensure(stream.good(), "the tests run from the repository's root");
    return parse_topology(std::string(std::istreambuf_iterator<char>(stream), {}));
}

struct Case {
    const char* machine;
    std::size_t server_cores;
    std::size_t workers;
    std::optional<std::size_t> client_cores;
    const char* server_cpus;
    const char* client_cpus;
    Sharing sharing;
    std::size_t notes;  // how many
};

// One block for each machine: what an expert would choose by hand.
const Case cases[] = {
    {"one_cpu", 1, 1, {}, "0", "0", Sharing::some_cpus, 1},
    {"one_cpu", 4, 16, {}, "0", "0", Sharing::some_cpus, 2},

    {"two_cpus", 1, 1, {}, "1", "0", Sharing::none, 0},
    {"two_cpus", 1, 16, {}, "1", "0", Sharing::none, 0},
    {"two_cpus", 2, 16, {}, "1", "0", Sharing::none, 1},
    {"two_cpus", 1, 16, 2, "1", "0", Sharing::none, 1},

    {"one_core_two_threads", 1, 1, {}, "0", "1", Sharing::smt_siblings, 1},
    {"one_core_two_threads", 2, 4, {}, "0", "1", Sharing::smt_siblings, 2},

    {"one_node", 1, 1, {}, "1", "2", Sharing::none, 0},
    {"one_node", 2, 4, {}, "1-2", "3-6", Sharing::none, 0},
    {"one_node", 2, 5, {}, "1-2", "3-7", Sharing::none, 0},
    {"one_node", 2, 16, {}, "1-2", "0,3-7", Sharing::none, 0},
    {"one_node", 2, 16, 3, "1-2", "3-5", Sharing::none, 0},
    {"one_node", 7, 16, {}, "1-7", "0", Sharing::none, 0},
    {"one_node", 8, 16, {}, "1-7", "0", Sharing::none, 1},
    {"one_node", 1000, 16, {}, "1-7", "0", Sharing::none, 1},
    {"one_node", 0, 0, {}, "1", "2", Sharing::none, 0},

    {"one_node_smt", 1, 1, {}, "1", "2", Sharing::none, 0},
    {"one_node_smt", 1, 16, {}, "1", "0,2-3", Sharing::none, 0},
    {"one_node_smt", 2, 16, {}, "1-2", "0,3", Sharing::none, 0},
    {"one_node_smt", 3, 16, {}, "1-3", "0", Sharing::none, 0},
    {"one_node_smt", 3, 16, 2, "1-3", "0,4", Sharing::none, 1},
    // Four whole cores would leave none for the client: the server is packed, so that no core is
    // shared.
    {"one_node_smt", 4, 16, {}, "1-2,5-6", "0,3", Sharing::none, 1},
    {"one_node_smt", 6, 16, {}, "1-3,5-7", "0", Sharing::none, 1},
    {"one_node_smt", 7, 16, {}, "0-3,5-7", "4", Sharing::smt_siblings, 2},

    {"two_nodes", 1, 1, {}, "2", "4", Sharing::none, 0},
    {"two_nodes", 1, 16, {}, "2", "0,4,6,8,10,12,14", Sharing::none, 0},
    {"two_nodes", 4, 4, {}, "2,4,6,8", "0,10,12,14", Sharing::none, 0},
    // Node 0 would leave the client one CPU to drive seven.
    {"two_nodes", 7, 16, {}, "2,4,6,8,10,12,14", "1,3,5,7,9,11,13,15", Sharing::none, 1},
    {"two_nodes", 8, 2, {}, "0,2,4,6,8,10,12,14", "1,3", Sharing::none, 1},
    {"two_nodes", 1, 16, 8, "2", "1,3,5,7,9,11,13,15", Sharing::none, 1},
    {"two_nodes", 20, 4, {}, "0-14", "15", Sharing::none, 2},

    {"two_nodes_smt", 1, 3, {}, "1", "2-3,0", Sharing::none, 0},
    {"two_nodes_smt", 4, 4, {}, "0-3", "4-7", Sharing::none, 1},

    {"four_nodes", 2, 2, {}, "1-2", "0,3", Sharing::none, 0},
    {"four_nodes", 4, 16, {}, "0-3", "4-7", Sharing::none, 1},
    {"four_nodes", 1, 7, 7, "1", "0,2-7", Sharing::none, 1},
    {"four_nodes_smt", 1, 1, {}, "1", "0", Sharing::none, 0},

    {"restricted_cpuset", 1, 1, {}, "4", "5", Sharing::none, 0},
    {"restricted_cpuset", 2, 16, {}, "4-5", "6", Sharing::none, 0},
    {"restricted_cpuset", 8, 16, {}, "4-6,12", "1", Sharing::none, 3},

    {"offline_cpus", 1, 1, {}, "6", "7", Sharing::none, 0},
    {"offline_cpus", 2, 16, {}, "6-7", "8,10-11", Sharing::none, 0},

    {"odd_numbering", 1, 1, {}, "12", "16", Sharing::none, 0},
    {"odd_numbering", 2, 16, {}, "12,16", "20,24,28", Sharing::none, 0},

    {"one_cpu_a_node", 1, 1, {}, "0", "1", Sharing::none, 1},
};

std::string joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) {
        text += "  " + line + "\n";
    }
    return text;
}

TEST(Placement, EveryMachineIsPlacedAsAnExpertWould) {
    for (const Case& one : cases) {
        const Placement plan = place(machine(one.machine), {.server_cores = one.server_cores,
                                                            .client_cores = one.client_cores,
                                                            .workers = one.workers});
        const std::string what = std::string(one.machine) + ", server " +
                                 std::to_string(one.server_cores) + ", workers " +
                                 std::to_string(one.workers) + "\n" + joined(plan.notes);
        EXPECT_EQ(plan.server_cpus, parse_cpu_list(one.server_cpus))
            << what << format_cpu_list(plan.server_cpus);
        EXPECT_EQ(plan.client_cpus, parse_cpu_list(one.client_cpus))
            << what << format_cpu_list(plan.client_cpus);
        EXPECT_EQ(plan.sharing, one.sharing) << what << to_string(plan.sharing);
        EXPECT_EQ(plan.notes.size(), one.notes) << what;
        EXPECT_TRUE(plan.enabled);
    }
}

// Must hold for every request on every machine.
TEST(Placement, InvariantsHoldForAllCounts) {
    for (const auto& entry : std::filesystem::directory_iterator(machines())) {
        const Topology topology = machine(entry.path().stem().string());
        const CpuList allowed = topology.allowed();
        for (std::size_t cores = 1; cores <= allowed.size() + 2; ++cores) {
            for (const std::size_t workers : {1U, 2U, 3U, 7U, 64U}) {
                for (const bool ours : {true, false}) {
                    const Placement plan =
                        place(topology,
                              {.server_is_ours = ours, .server_cores = cores, .workers = workers});
                    const std::string what = entry.path().string() + " " + std::to_string(cores) +
                                             " " + std::to_string(workers);
                    EXPECT_FALSE(plan.client_cpus.empty()) << what;
                    EXPECT_LE(plan.client_cpus.size(), workers) << what;
                    EXPECT_EQ(plan.server_cpus.empty(), !ours) << what;
                    EXPECT_LE(plan.server_cpus.size(), cores) << what;
                    for (const CpuList& cpus : {plan.client_cpus, plan.server_cpus}) {
                        EXPECT_TRUE(std::is_sorted(cpus.begin(), cpus.end())) << what;
                        EXPECT_TRUE(
                            std::includes(allowed.begin(), allowed.end(), cpus.begin(), cpus.end()))
                            << what;
                    }
                    if (allowed.size() > 1) {
                        EXPECT_NE(plan.sharing, Sharing::some_cpus) << what;
                    }
                    if (ours) {
                        EXPECT_EQ(plan.server_cpus.size(),
                                  std::min(cores, std::max<std::size_t>(allowed.size() - 1, 1)))
                            << what;
                    }
                }
            }
        }
    }
}

TEST(Placement, NodesBelongToTheCpus) {
    const Placement plan = place(machine("odd_numbering"), {.server_cores = 2, .workers = 2});
    EXPECT_EQ(plan.server_nodes, (std::vector<int>{8}));
    EXPECT_EQ(plan.client_nodes, (std::vector<int>{8}));
}

TEST(Placement, NamedCpusAreTakenAndAvoided) {
    const Topology topology = machine("two_nodes_smt");
    Placement plan = place(topology, {.workers = 2, .server_cpus = CpuList{5}});
    EXPECT_EQ(plan.server_cpus, (CpuList{5}));
    EXPECT_EQ(plan.client_cpus, (CpuList{4, 6}));
    EXPECT_TRUE(plan.notes.empty()) << joined(plan.notes);

    plan = place(topology, {.server_cores = 2, .workers = 8, .client_cpus = CpuList{1, 2}});
    EXPECT_EQ(plan.client_cpus, (CpuList{1, 2}));
    EXPECT_EQ(plan.server_cpus, (CpuList{0, 3}));

    plan =
        place(topology, {.workers = 8, .server_cpus = CpuList{0, 1}, .client_cpus = CpuList{1, 2}});
    EXPECT_EQ(plan.sharing, Sharing::some_cpus);
    EXPECT_EQ(plan.notes.size(), 1U) << joined(plan.notes);

    plan = place(topology, {.workers = 8, .server_cpus = CpuList{0}, .client_cpus = CpuList{8}});
    EXPECT_EQ(plan.sharing, Sharing::smt_siblings);
    EXPECT_EQ(plan.notes.size(), 1U) << joined(plan.notes);
}

TEST(Placement, NamedServerOnAllCpusIsSharedAloud) {
    const Placement plan = place(machine("two_cpus"), {.workers = 1, .server_cpus = CpuList{0, 1}});
    EXPECT_EQ(plan.server_cpus, (CpuList{0, 1}));
    EXPECT_EQ(plan.client_cpus.size(), 1U);
    EXPECT_EQ(plan.sharing, Sharing::some_cpus);
    ASSERT_EQ(plan.notes.size(), 1U);
    EXPECT_EQ(plan.notes.front(), sharing_note(plan));
}

TEST(Placement, NamedClientCpusBeyondTheWorkersAreLeft) {
    const Placement plan =
        place(machine("one_node"), {.workers = 2, .client_cpus = CpuList{3, 4, 5}});
    EXPECT_EQ(plan.client_cpus, (CpuList{3, 4}));
    ASSERT_EQ(plan.notes.size(), 1U);
    EXPECT_NE(plan.notes.front().find("3-4 of --client-cpus 3-5"), std::string::npos);
}

TEST(Placement, NamedNodesAreKept) {
    const Topology topology = machine("four_nodes");
    Placement plan = place(topology, {.workers = 2, .server_node = 2});
    EXPECT_EQ(plan.server_nodes, (std::vector<int>{2}));
    EXPECT_EQ(plan.client_nodes, (std::vector<int>{2}));

    plan = place(topology, {.workers = 2, .client_node = 3});
    EXPECT_EQ(plan.server_nodes, (std::vector<int>{3}));
    EXPECT_EQ(plan.client_nodes, (std::vector<int>{3}));

    plan = place(topology, {.workers = 2, .server_node = 1, .client_node = 3});
    EXPECT_EQ(plan.server_nodes, (std::vector<int>{1}));
    EXPECT_EQ(plan.client_nodes, (std::vector<int>{3}));
    EXPECT_TRUE(plan.notes.empty()) << joined(plan.notes);

    plan = place(topology, {.server_cores = 4, .workers = 2, .server_node = 1, .client_node = 1});
    EXPECT_EQ(plan.server_cpus, (CpuList{4, 5, 6}));
    EXPECT_EQ(plan.client_cpus, (CpuList{7}));
}

TEST(Placement, ServerThatIsNotOursIsLeftRoom) {
    Placement plan = place(machine("one_node"), {.server_is_ours = false, .workers = 64});
    EXPECT_TRUE(plan.server_cpus.empty());
    EXPECT_TRUE(plan.server_nodes.empty());
    EXPECT_EQ(plan.client_cpus.size(), 7U);
    EXPECT_EQ(plan.sharing, Sharing::unknown);

    plan = place(machine("one_cpu"), {.server_is_ours = false, .workers = 64});
    EXPECT_EQ(plan.client_cpus, (CpuList{0}));

    // If the user says where the server runs, the client keeps away from there.
    plan = place(machine("one_node"),
                 {.server_is_ours = false, .workers = 64, .server_cpus = CpuList{0, 1}});
    EXPECT_EQ(plan.client_cpus, (CpuList{2, 3, 4, 5, 6, 7}));
    EXPECT_TRUE(plan.server_cpus.empty());
}

TEST(Placement, DisabledPinsNothing) {
    Placement plan = place(machine("one_node"), {.enabled = false, .workers = 4});
    EXPECT_FALSE(plan.enabled);
    EXPECT_TRUE(plan.server_cpus.empty());
    EXPECT_TRUE(plan.client_cpus.empty());
    EXPECT_EQ(plan.sharing, Sharing::unknown);
    EXPECT_TRUE(plan.notes.empty());
    plan = place(machine("one_node"), {.enabled = false, .server_cpus = CpuList{1}});
    EXPECT_EQ(plan.notes.size(), 1U);
}

std::string refusal(const PlacementRequest& request) {
    try {
        static_cast<void>(place(machine("restricted_cpuset"), request));
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ExitCode::usage);
        return error.what();
    }
    return "";
}

TEST(Placement, WhatCannotBeUsedIsRefusedByName) {
    EXPECT_EQ(
        refusal({.server_cpus = CpuList{4, 99}}),
        "--server-cpus 4,99: CPU 99 does not exist or is offline (online: 0-15); choose among "
        "CPUs 1,4-6,12");
    EXPECT_EQ(refusal({.client_cpus = CpuList{0}}),
              "--client-cpus 0: CPU 0 is not allowed to this process (allowed: 1,4-6,12); choose "
              "among CPUs 1,4-6,12, or widen its affinity (taskset, cpuset)");
    EXPECT_EQ(refusal({.client_cpus = CpuList{}}),
              "--client-cpus names no CPU; choose among CPUs 1,4-6,12");
    EXPECT_EQ(refusal({.server_node = 2}),
              "--server-node 2: no such node, or no CPU of it is allowed to this process (allowed "
              "nodes: 0, 1); choose among these");
    EXPECT_EQ(refusal({.server_cpus = CpuList{1}, .server_node = 1}),
              "--server-cpus 1: CPU 1 is on node 0, not on --server-node 1; give one of the two "
              "options");
    EXPECT_EQ(refusal({.enabled = false, .server_cpus = CpuList{99}}).substr(0, 13),
              "--server-cpus");
}

TEST(Placement, MachineWithoutAnAllowedCpuIsRefused) {
    EXPECT_THROW(static_cast<void>(place(parse_topology("cpu 0 node 0 core 0 not-allowed"), {})),
                 Error);
}

TEST(Placement, NotesNameConsequenceAndRemedy) {
    for (const Case& one : cases) {
        for (const std::string& note :
             place(machine(one.machine), {.server_cores = one.server_cores,
                                         .client_cores = one.client_cores,
                                         .workers = one.workers})
                 .notes) {
            EXPECT_NE(note.find(": "), std::string::npos) << note;
            EXPECT_NE(note.find("; "), std::string::npos) << note;
            EXPECT_EQ(note.find('\n'), std::string::npos) << note;
        }
    }
}

}  // namespace
}  // namespace volley
