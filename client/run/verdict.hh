// The honest verdict: why a measurement stopped, what is still missing, and what an expert would
// object to.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "run/result.hh"
#include "run/spec.hh"

namespace volley {

// One line for people.
[[nodiscard]] std::string stop_text(StopReason reason, const MeasurementSpec& spec);

// The estimate of a stop statistic ("mean", "p50", "p99" …) from the windows of one run. Nothing
// where the statistic has none within a run.
[[nodiscard]] std::optional<Estimate> estimate_within_run(std::span<const Histogram> windows,
                                                          std::string_view statistic,
                                                          double confidence);

// Fills in what is known once all runs are done: details of the verdict, the optimum of the run
// length, warnings.
void conclude(MeasurementResult& result, const MeasurementSpec& spec);

}  // namespace volley
