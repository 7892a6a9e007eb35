// The one line that plot pipelines of the original Volley read: "9us 1.25us 1000000".
//
// Mean, standard deviation and number of samples, pooled over all complete runs. It carries no
// interval; whoever can should read the JSON lines instead.
#pragma once

#include <string>

#include "run/result.hh"

namespace volley {

// Microseconds with six significant digits, a newline at the end. Empty where
// there are fewer than two round trips in complete runs, as one has no standard deviation.
[[nodiscard]] std::string classic_line(const MeasurementResult& result);

}  // namespace volley
