// The sweep itself: run after run in the order of the schedule, each recorded before the next one
// begins.
//
// The schedule decides what to run; run/ starts and measures, as in the measuring program.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "run/signals.hh"
#include "sweep/command.hh"
#include "sweep/grid.hh"

namespace volley {

// Measures what is missing in directory/results.jsonl, and reports progress on stderr. The first
// signal ends it after the run in progress, the second at once. Returns the exit status: 0 every
// planned run was made; 1 none was complete; 3 interrupted; 77 every cell is skipped. drawn: the
// seed if none is given. Throws Error if the results belong to another plan, or cannot be written.
[[nodiscard]] int sweep(const SweepCommand& command, std::vector<GridCell> grid,
                        const std::string& directory, std::uint64_t drawn, Signals& signals);

// What --dry-run shows: cells, the first round, the time. drawn: as above.
[[nodiscard]] std::string dry_run_text(const SweepCommand& command,
                                       const std::vector<GridCell>& grid, std::uint64_t drawn);

}  // namespace volley
