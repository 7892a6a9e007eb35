// The percentile text that HdrHistogram's plotter and the scripts around wrk2 read.
//
// Columns "Value Percentile TotalCount 1/(1-Percentile)" and the usual footer, in the layout of
// HdrHistogram's outputPercentileDistribution with five steps per halving of the distance to 100 %.
// Values are in microseconds (a footer line says so), pooled over all complete runs. The buckets
// are our own (report/json.hh), so the text suits plots but is not a lossless copy.
#pragma once

#include <string>

#include "run/result.hh"

namespace volley {

// Only header and footer if no run is complete.
[[nodiscard]] std::string hgrm_text(const MeasurementResult& result);

}  // namespace volley
