// What a sweep says while it goes on: texts only, made from the schedule and the last run.
//
// It writes nothing; sweep.cc does.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sweep/grid.hh"
#include "sweep/schedule.hh"

namespace volley {

// How far a sweep is.
struct SweepExtent {
    std::size_t done = 0;      // runs that were made, in this start and earlier ones
    std::size_t expected = 0;  // in all
    bool is_about = false;     // with auto, the expected ones are a guess
    double left_seconds = 0;   // a guess
};

// guesses: seconds of a run of each cell that has had none. Adds `pause` seconds a run.
[[nodiscard]] SweepExtent extent_of(const Schedule& schedule, const std::vector<double>& guesses,
                                    bool is_auto, double pause);

// "12 of 60", "12 of about 60".
[[nodiscard]] std::string count_text(const SweepExtent& extent);

// "c-epoll, 16 clients, 1 core, round 3: mean 23.4 us, p50 21.0 us", or why it failed.
[[nodiscard]] std::string run_text(const SweepCell& cell, std::uint64_t round, const RunResult& run,
                                   const std::vector<std::string>& statistics);

// What is said before the first run: a line a skipped cell, cells of one server and reason
// together.
[[nodiscard]] std::string skipped_text(const std::vector<GridCell>& grid);

// Cells, the first round and the time: what --dry-run shows.
[[nodiscard]] std::string plan_text(const std::vector<GridCell>& grid, const Schedule& schedule,
                                    const SweepExtent& extent);

// What is said at the end: how many cells have enough, which were given up, where the results are.
[[nodiscard]] std::string summary_text(const std::vector<GridCell>& grid, const Schedule& schedule,
                                       const std::string& results);

}  // namespace volley
