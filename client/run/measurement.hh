// A measurement: runs, one after the other, until the interval over them is as tight as was asked.
#pragma once

#include <functional>

#include "run/result.hh"
#include "run/signals.hh"
#include "run/spec.hh"

namespace volley {

// What the program shows and writes while it measures; any may be empty.
struct Observer {
    // After every run, also an incomplete one, in order. Throwing ends the measurement.
    std::function<void(const MeasurementResult& so_far, const RunResult& run)> run_ended;
    // A few times a second; so_far holds the runs that have ended; seconds_left is a guess.
    std::function<void(const MeasurementResult& so_far, Duration elapsed,
                       std::optional<double> seconds_left)>
        tick;
};

// Measures. What goes wrong in a run is in the result (outcome failed, stop_reason says why), with
// everything that was measured before.
[[nodiscard]] MeasurementResult measure(const MeasurementSpec& spec,
                                        const MeasurementContext& context, Signals& signals,
                                        const Observer& observer);

}  // namespace volley
