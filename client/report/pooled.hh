// All round trips of a measurement in one histogram, for the formats that have no runs.
//
// Only the classic line and the percentile file pool. Pooled trips never give an interval, because
// trips of one run resemble one another (see run/result.hh for the headline).
#pragma once

#include "run/result.hh"

namespace volley {

// Over the complete runs. Empty if there are none.
[[nodiscard]] inline Histogram pooled_trips(const MeasurementResult& result) {
    Histogram pooled;
    for (const auto& run : result.runs) {
        if (run.complete) {
            pooled.merge(run.trips);
        }
    }
    return pooled;
}

}  // namespace volley
