// Measures the cost of reading the clock, and how much this machine disturbs a program that only
// reads it.
#pragma once

#include "base/units.hh"

namespace volley {

struct ClockCalibration {
    double reading_ns = 0;  // mean cost of one reading, over the least disturbed batches
    double gap_p50_ns = 0;  // between back-to-back readings
    double gap_p99_9_ns = 0;
    double gap_longest_ns = 0;
};

// Reads the clock back to back for `length` on the calling thread's CPU. 0.2 s finds disturbances
// that occur a hundred times a second.
[[nodiscard]] ClockCalibration calibrate_clock(Duration length);

}  // namespace volley
