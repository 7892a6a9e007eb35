// How long a run becomes that would end with too few round trips. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "base/units.hh"

namespace volley {

// What is known of a run before its end.
struct RunSoFar {
    Duration length{0};       // as planned up to now
    Duration passed{0};       // of it
    std::uint64_t trips = 0;  // ended in that time
};

// The length that a run needs for `least_trips`, from the rate so far; nothing where it has enough,
// or where the new length would be above `longest`: then it keeps the one it has. Until a few trips
// have ended their rate says little, and the run grows fourfold at most; without any it doubles.
[[nodiscard]] std::optional<Duration> longer_run(const RunSoFar& run, std::uint64_t least_trips,
                                                 Duration longest);

}  // namespace volley
