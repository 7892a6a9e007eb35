// The one line that plot pipelines of the original Volley read: "9us 1.25us 1000000".
//
// Mean, standard deviation and number of samples, pooled over all complete runs. The line has no
// interval; prefer the JSON lines where possible.
#pragma once

#include <string>

#include "run/result.hh"

namespace volley {

// Microseconds with six significant digits, and a newline at the end. Empty if complete runs have
// fewer than two round trips, because a single one has no standard deviation.
[[nodiscard]] std::string classic_line(const MeasurementResult& result);

}  // namespace volley
