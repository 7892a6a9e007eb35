// How far a sweep has come and how long it will still take: estimates for people; nothing depends
// on them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sweep/grid.hh"
#include "sweep/schedule.hh"

namespace volley {

struct SweepExtent {
    std::size_t done = 0;      // runs that were made, in this start and earlier ones
    std::size_t expected = 0;  // in all
    bool is_about = false;     // with auto, `expected` is an estimate
    double left_seconds = 0;
};

// Assumes that a run takes as long as the cell's runs so far; before the first, as long as planned.
[[nodiscard]] SweepExtent extent_of(const Schedule& schedule, const std::vector<GridCell>& grid,
                                    bool is_auto);

// "12 of 60", "12 of about 60".
[[nodiscard]] std::string count_text(const SweepExtent& extent);

}  // namespace volley
