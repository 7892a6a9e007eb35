// The cells of a sweep: every combination asked for, with its placement on this machine.
//
// A cell that cannot be measured as asked is kept with the reason, so that it is listed.
// make_grid() is pure; find_servers() looks at files. Nothing here measures or orders runs
// (sweep/schedule.hh).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "host/topology.hh"
#include "options/options.hh"
#include "plan/plan.hh"
#include "report/sweep_record.hh"
#include "run/server_metadata.hh"
#include "sweep/command.hh"
#include "sweep/schedule.hh"

namespace volley {

struct SweepServer {
    std::string name;  // in the results
    std::string path;  // of the executable
    ServerMetadata metadata;
    std::string skipped;  // why its cells are not measured; "": they are
};

struct GridCell {
    SweepCell cell;
    std::size_t group = 0;     // cells that differ only in the server have the same
    Options options;           // as for volley, but for seed and round
    std::optional<Plan> plan;  // nothing if the cell is skipped
};

// A name without a slash is directory/NAME; NAME=PATH gives a server another name. Throws
// Error(usage) if there is no such executable and the server is not known to be absent, if two
// servers share a name, or if an absent one is not in the plan.
[[nodiscard]] std::vector<SweepServer> find_servers(const SweepCommand& command,
                                                    const std::string& directory);

// Replaces "all" in the plan with the values of this machine.
void complete_lists(SweepPlan& plan, const Topology& topology);

// The options of one cell of the grid with this server. Throws Error(usage).
[[nodiscard]] Options cell_options(const SweepPlan& plan, const SweepServer& server,
                                   const CellKey& key);

// The first value of each factor except the server.
[[nodiscard]] CellKey first_key(const SweepPlan& plan);

// Group by group, in the order of the plan. Throws Error(usage) if the client's options are wrong
// in every cell.
[[nodiscard]] std::vector<GridCell> make_grid(const SweepPlan& plan,
                                              const std::vector<SweepServer>& servers,
                                              const Topology& topology, const MachineFacts& facts);

// The schedule of these cells before any run. The client's options give its stop rule.
[[nodiscard]] Schedule schedule_of(const SweepPlan& plan, const std::vector<GridCell>& grid,
                                   std::uint64_t seed);

// "c-epoll, 16 connections, 1 core"; other factors appear if they differ from the default: ", 64
// bytes".
[[nodiscard]] std::string cell_text(const SweepCell& cell);

}  // namespace volley
