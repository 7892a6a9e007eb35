// How much longer a run must be if it would otherwise end with too few round trips. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "base/units.hh"

namespace volley {

// What is known about a run before its end.
struct RunSoFar {
    Duration length{0};       // as planned so far
    Duration passed{0};       // of it
    std::uint64_t trips = 0;  // ended in that time
};

// The length that a run needs for `least_trips`, from its rate so far. None if the run is long
// enough, or if the new length would exceed `longest`: the run then keeps its length. Until a few
// trips have ended, their rate says little, so the run grows fourfold at most; without any trips it
// doubles.
[[nodiscard]] std::optional<Duration> longer_run(const RunSoFar& run, std::uint64_t least_trips,
                                                 Duration longest);

}  // namespace volley
