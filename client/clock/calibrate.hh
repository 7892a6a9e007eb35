// What the clock costs, and how much this machine disturbs a program that does nothing but read it.
#pragma once

#include "base/units.hh"

namespace volley {

struct ClockCalibration {
    double reading_ns = 0;  // mean cost of one reading, over the least disturbed batches
    double gap_p50_ns = 0;  // between back-to-back readings
    double gap_p99_9_ns = 0;
    double gap_longest_ns = 0;
};

// Reads the clock back to back for `length` (0.2 s finds what happens a hundred times a second) on
// the calling thread's CPU.
[[nodiscard]] ClockCalibration calibrate_clock(Duration length);

}  // namespace volley
