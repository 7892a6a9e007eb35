// The percentile text that HdrHistogram's plotter and the scripts around wrk2 read.
//
// Columns "Value Percentile TotalCount 1/(1-Percentile)" and the usual footer, after the layout of
// HdrHistogram's outputPercentileDistribution with five steps a halving of the distance to 100 %.
// Values are microseconds (a footer line says so), pooled over all complete runs. The buckets are
// ours (report/json.hh), so it is text for plots and no lossless copy.
#pragma once

#include <string>

#include "run/result.hh"

namespace volley {

// Header and footer alone where no run is complete.
[[nodiscard]] std::string hgrm_text(const MeasurementResult& result);

}  // namespace volley
