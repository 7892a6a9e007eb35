#include "run/lengthening.hh"

#include <algorithm>

namespace volley {

namespace {

// The number of trips that give a usable rate.
constexpr std::uint64_t trips_for_a_rate = 8;
constexpr double most_growth_without_a_rate = 4;
constexpr double growth_without_a_trip = 2;
// One trip more than the rate requires: the one that is in flight at the end does not count.
constexpr std::uint64_t allowance = 1;

}  // namespace

std::optional<Duration> longer_run(const RunSoFar& run, std::uint64_t least_trips,
                                   Duration longest) {
    if (run.passed <= Duration::zero()) {
        return std::nullopt;
    }
    const double expected =
        static_cast<double>(run.trips) * to_seconds(run.length) / to_seconds(run.passed);
    if (expected >= static_cast<double>(least_trips)) {
        return std::nullopt;
    }
    double growth = growth_without_a_trip;
    if (run.trips > 0) {
        growth = static_cast<double>(least_trips + allowance) / expected;
        if (run.trips < trips_for_a_rate) {
            growth = std::min(growth, most_growth_without_a_rate);
        }
    }
    const double seconds = to_seconds(run.length) * growth;
    if (seconds > to_seconds(longest)) {
        return std::nullopt;
    }
    return from_seconds(seconds);
}

}  // namespace volley
