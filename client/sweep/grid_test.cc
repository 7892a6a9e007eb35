#include "sweep/grid.hh"

#include <gtest/gtest.h>

#include "base/error.hh"
#include "report/fixture_for_tests.hh"

namespace volley {
namespace {

const char* const two_cpus = "cpu 0 node 0 core 0\ncpu 1 node 0 core 1\n";
const char* const four_cpus =
    "cpu 0 node 0 core 0\ncpu 1 node 0 core 1\ncpu 2 node 0 core 2\ncpu 3 node 0 core 3\n";

std::vector<SweepServer> two_servers(const std::string& skipped = "") {
    return {{"a", "/servers/a", {}, ""}, {"b", "/servers/b", {}, skipped}};
}

SweepPlan plan(std::vector<std::uint64_t> clients, std::vector<std::uint64_t> cores,
               std::vector<std::string> options = {}) {
    SweepPlan plan = fixture::sweep_plan({"a", "b"}, std::move(clients), std::move(cores));
    plan.options = std::move(options);
    return plan;
}

std::vector<GridCell> grid_on(const char* machine, const SweepPlan& plan,
                              const std::vector<SweepServer>& servers = two_servers()) {
    return make_grid(plan, servers, parse_topology(machine),
                     {.descriptor_limit = 1000, .transports = {.local_ports = 500}, .random = 7});
}

TEST(Grid, EveryCombinationIsACellAndAGroupDiffersInTheServerOnly) {
    SweepPlan asked = plan({1, 16}, {1, 2}, {"--run-time", "2s"});
    asked.lists.numbers("message_bytes") = {4, 64};
    const auto grid = grid_on(four_cpus, asked);
    ASSERT_EQ(grid.size(), 16U);
    for (std::size_t at = 0; at < grid.size(); ++at) {
        EXPECT_EQ(grid[at].group, at / 2);
        EXPECT_EQ(grid[at].cell.key.server(), at % 2 == 0 ? "a" : "b");
        EXPECT_EQ(grid[at].cell.skipped, "");
        ASSERT_TRUE(grid[at].plan);
        EXPECT_EQ(grid[at].plan->spec.run.run_time, std::chrono::seconds(2));
        EXPECT_EQ(std::to_string(grid[at].plan->spec.run.placement.server_cpus.size()),
                  value_of(grid[at].cell.key, *find_factor("cores")));
    }
    EXPECT_EQ(value_of(grid[3].cell.key, *find_factor("clients")), "16");
    EXPECT_EQ(value_of(grid[15].cell.key, *find_factor("message_bytes")), "64");
    EXPECT_EQ(cell_text(grid[15].cell), "b, 16 connections, 2 cores, 64 bytes");
    EXPECT_EQ(cell_text(grid[0].cell), "a, 1 connection, 1 core");
}

// Any pair may be reported as different, by each of three statistics: 36 groups of two servers need
// more than ten rounds.
TEST(Grid, AutoMakesTheRoundsThatTheClaimsNeed) {
    std::vector<std::size_t> clients;
    for (std::size_t count = 1; count <= 36; ++count) {
        clients.push_back(count);
    }
    const auto least_rounds = [&](const std::vector<std::size_t>& loads,
                                  const std::vector<std::string>& options) {
        const SweepPlan asked = plan(loads, {1}, options);
        return schedule_of(asked, grid_on(four_cpus, asked), 1).expected(0);
    };
    EXPECT_EQ(least_rounds({1}, {}), 10U);
    EXPECT_EQ(least_rounds(clients, {}), 13U);
    EXPECT_EQ(least_rounds(clients, {"--max-runs", "11"}), 11U);
    EXPECT_EQ(least_rounds(clients, {"--min-runs", "20"}), 20U);
    EXPECT_EQ(least_rounds(clients, {"--quick"}), 6U);
    const SweepPlan asked = plan(clients, {1});
    EXPECT_EQ(schedule_of(asked, grid_on(four_cpus, asked, two_servers("absent")), 1).expected(0),
              10U);
}

TEST(Grid, WhatTheMachineCannotPlaceIsSkippedWithTheReason) {
    const auto grid = grid_on(two_cpus, plan({1}, {1, 2}));
    EXPECT_EQ(grid[0].cell.skipped, "");
    EXPECT_EQ(grid[2].cell.skipped,
              "2 CPUs for the server and 1 for the client are more than the 2 that may be used");
    EXPECT_FALSE(grid[2].plan);
}

TEST(Grid, OneCpuIsSharedOnlyWhereTheClientsCpuIsNamed) {
    const char* const one_cpu = "cpu 0 node 0 core 0\n";
    EXPECT_NE(grid_on(one_cpu, plan({1}, {1}))[0].cell.skipped, "");
    EXPECT_EQ(grid_on(one_cpu, plan({1}, {1}, {"--client-cpus", "0"}))[0].cell.skipped, "");
    EXPECT_EQ(grid_on(one_cpu, plan({1}, {1}, {"--no-placement"}))[0].cell.skipped, "");
}

TEST(Grid, LimitsOfTheMachineSkipCellsAndNotTheSweep) {
    const auto grid = grid_on(two_cpus, plan({1, 600}, {1}));
    EXPECT_EQ(grid[0].cell.skipped, "");
    EXPECT_NE(grid[2].cell.skipped.find("local ports"), std::string::npos);
}

TEST(Grid, AnAbsentServerIsListed) {
    const auto grid = grid_on(two_cpus, plan({1}, {1}), two_servers("no compiler"));
    EXPECT_EQ(grid[0].cell.skipped, "");
    EXPECT_EQ(grid[1].cell.skipped, "no compiler");
}

TEST(Grid, OptionsThatAreWrongInEveryCellAreAUsageError) {
    EXPECT_THROW(static_cast<void>(grid_on(two_cpus, plan({1}, {1}, {"--run-time", "1ns"}))),
                 Error);
    EXPECT_THROW(static_cast<void>(grid_on(two_cpus, plan({1}, {1, 2}, {"--no-placement"}))),
                 Error);
}

TEST(Grid, CoresLeaveTheClientOne) {
    const auto all_cores_of = [](const char* machine) {
        SweepPlan asked = plan({1}, {});
        complete_lists(asked, parse_topology(machine));
        return asked.lists.numbers("cores");
    };
    EXPECT_EQ(all_cores_of(four_cpus), (std::vector<std::uint64_t>{1, 2, 3}));
    EXPECT_EQ(all_cores_of("cpu 0 node 0 core 0\n"), (std::vector<std::uint64_t>{1}));
}

SweepCommand naming(std::vector<std::string> servers, std::vector<Absence> absent = {}) {
    SweepCommand command;
    command.plan.lists.servers() = std::move(servers);
    command.absent = std::move(absent);
    return command;
}

TEST(SweepServers, AreNamesPathsOrNamedPaths) {
    const auto servers = find_servers(naming({"true", "other=/bin/true", "/bin/false"}), "/bin");
    ASSERT_EQ(servers.size(), 3U);
    EXPECT_EQ(servers[0].name, "true");
    EXPECT_EQ(servers[0].path, "/bin/true");
    EXPECT_EQ(servers[1].name, "other");
    EXPECT_EQ(servers[1].path, "/bin/true");
    EXPECT_EQ(servers[2].name, "false");
}

TEST(SweepServers, MissingOnesAreAnErrorUnlessTheirAbsenceIsKnown) {
    EXPECT_THROW(static_cast<void>(find_servers(naming({"nothing"}), "/bin")), Error);
    const auto servers = find_servers(naming({"nothing"}, {{"nothing", "not built"}}), "/bin");
    EXPECT_EQ(servers.at(0).skipped, "not built");
    EXPECT_EQ(servers.at(0).name, "nothing");
    EXPECT_THROW(static_cast<void>(find_servers(naming({"true"}, {{"x", "why"}}), "/bin")), Error);
    EXPECT_THROW(static_cast<void>(find_servers(naming({"true", "/bin/true"}), "/bin")), Error);
}

}  // namespace
}  // namespace volley
