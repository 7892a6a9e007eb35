// A sweep's progress messages, made from the schedule and the last run.
//
// It only makes the texts; sweep.cc writes them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sweep/extent.hh"
#include "sweep/grid.hh"
#include "sweep/schedule.hh"

namespace volley {

// "c-epoll, 16 connections, 1 core, round 3: mean 23.4 us, p50 21.0 us", or why it failed.
[[nodiscard]] std::string run_text(const SweepCell& cell, std::uint64_t round, const RunResult& run,
                                   const std::vector<std::string>& statistics);

// The same for a line that the width of the terminal may cut off: "mean 23.4 us of c-epoll, 16
// connections, 1 core".
[[nodiscard]] std::string short_run_text(const SweepCell& cell, const RunResult& run,
                                         const std::string& statistic);

// The text before the first run: a line for each skipped cell, with cells of one server and reason
// joined.
[[nodiscard]] std::string skipped_text(const std::vector<GridCell>& grid);

// Cells, the first round and the time: what --dry-run shows.
[[nodiscard]] std::string plan_text(const std::vector<GridCell>& grid, const Schedule& schedule,
                                    const SweepExtent& extent);

// The text at the end: how many cells have enough, which were given up, where the results are.
[[nodiscard]] std::string summary_text(const std::vector<GridCell>& grid, const Schedule& schedule,
                                       const std::string& results);

}  // namespace volley
