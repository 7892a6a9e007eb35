// The cells of a sweep: what was asked for, times what this machine can place.
//
// A cell that cannot be measured as asked is kept with the reason, so that it is listed and not
// forgotten. make_grid() is pure; find_servers() looks at files. It measures nothing and orders
// nothing (sweep/schedule.hh).
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
    std::string skipped;  // why none of its cells is measured; "": they are
};

struct GridCell {
    SweepCell cell;
    std::size_t group = 0;     // cells that differ only in the server have the same
    Options options;           // as for volley, but for seed and round
    std::optional<Plan> plan;  // nothing where the cell is skipped
};

// A name without a slash is directory/NAME; NAME=PATH gives a server another name. Throws
// Error(usage) where there is no such executable and the server is not known to be absent, where
// two servers have one name, and where an absent one is not in the plan.
[[nodiscard]] std::vector<SweepServer> find_servers(const SweepCommand& command,
                                                    const std::string& directory);

// Puts the values of this machine where the plan says "all".
void complete_lists(SweepPlan& plan, const Topology& topology);

// The options of one cell of the grid, whose server this is. Throws Error(usage).
[[nodiscard]] Options cell_options(const SweepPlan& plan, const SweepServer& server,
                                   const CellKey& key);

// The first value of each factor but the server.
[[nodiscard]] CellKey first_key(const SweepPlan& plan);

// Group by group, in the order of the plan. Throws Error(usage) where the client's options are
// wrong in every cell.
[[nodiscard]] std::vector<GridCell> make_grid(const SweepPlan& plan,
                                              const std::vector<SweepServer>& servers,
                                              const Topology& topology, const MachineFacts& facts);

// The schedule of these cells before any run. It is stopped by the rule of the client's options.
[[nodiscard]] Schedule schedule_of(const SweepPlan& plan, const std::vector<GridCell>& grid,
                                   std::uint64_t seed);

// "c-epoll, 16 clients, 1 core"; of the other factors what is not as usual: ", 64 bytes".
[[nodiscard]] std::string cell_text(const SweepCell& cell);

}  // namespace volley
