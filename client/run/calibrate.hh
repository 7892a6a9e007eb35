// The client measures its own costs before it measures a server.
#pragma once

#include <optional>

#include "run/result.hh"
#include "run/spec.hh"

namespace volley {

struct SelfCalibration {
    Calibration figures;
    std::optional<double>
        other_load;  // CPUs that others kept busy meanwhile; nothing where /proc/stat says nothing
};

// Runs on the first client CPU of the plan. Measures the clock, and a round trip by the planned
// driver to a server in memory that answers at once. Takes about a quarter of a second,
// and less if a run is shorter than 200 ms.
[[nodiscard]] SelfCalibration calibrate_client(const RunSpec& spec);

}  // namespace volley
