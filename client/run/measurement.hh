// A measurement: runs, one after the other, until the interval over them is as tight as requested.
#pragma once

#include <functional>

#include "run/result.hh"
#include "run/signals.hh"
#include "run/spec.hh"

namespace volley {

// What the program shows and writes while it measures. Any of these may be empty.
struct Observer {
    // Called after every run in order, including incomplete ones. Throwing ends the measurement.
    std::function<void(const MeasurementResult& so_far, const RunResult& run)> run_ended;
    // A few times a second; so_far holds the runs that have ended; seconds_left is an estimate.
    std::function<void(const MeasurementResult& so_far, Duration elapsed,
                       std::optional<double> seconds_left)>
        tick;
};

// Measures. A failure in a run is reported in the result (outcome failed, with the reason in
// stop_reason), together with everything measured before.
[[nodiscard]] MeasurementResult measure(const MeasurementSpec& spec,
                                        const MeasurementContext& context, Signals& signals,
                                        const Observer& observer);

}  // namespace volley
