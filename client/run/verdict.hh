// The verdict: why a measurement stopped, what is still missing, and what an expert would object
// to.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "host/warnings.hh"
#include "run/result.hh"
#include "run/spec.hh"

namespace volley {

// One line for people.
[[nodiscard]] std::string stop_text(StopReason reason, const MeasurementSpec& spec);

// The estimate of a stop statistic ("mean", "p50", "p99" …) from the windows of one run. None if
// the statistic has no estimate within a run.
[[nodiscard]] std::optional<Estimate> estimate_within_run(std::span<const Histogram> windows,
                                                          std::string_view statistic,
                                                          double confidence);

// Whether, in the median over the complete runs, too little of the connections' time went into
// round trips that ended within their run (least_covered_share).
[[nodiscard]] bool is_stalled(const MeasurementResult& result);
// "62 % of connection time went into round trips that did not end within their run (…)".
[[nodiscard]] std::string stall_text(const MeasurementResult& result);

// Adds one run to the facts on which warnings are based: the worst shares, switches and steal, and
// the sum of migrations. The caller adds what only all runs together show (drift, modes, offload)
// and what belongs to the measurement (calibration, whose server).
void add_run_facts(RunFacts& facts, const RunResult& run);

// Fills in what is known once all runs are done: details of the verdict, the optimal run length,
// warnings.
void conclude(MeasurementResult& result, const MeasurementSpec& spec);

}  // namespace volley
