// The honest verdict: why a measurement stopped, what is still missing, and what an expert would
// object to.
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

// The estimate of a stop statistic ("mean", "p50", "p99" …) from the windows of one run. Nothing
// where the statistic has none within a run.
[[nodiscard]] std::optional<Estimate> estimate_within_run(std::span<const Histogram> windows,
                                                          std::string_view statistic,
                                                          double confidence);

// Whether, in the median over the complete runs, too little of the connections' time went into
// round trips that ended within their run (least_covered_share).
[[nodiscard]] bool is_stalled(const MeasurementResult& result);
// "62 % of connection time went into round trips that did not end within their run (…)".
[[nodiscard]] std::string stall_text(const MeasurementResult& result);

// Adds what one run showed to the facts that warnings are made of: shares, switches and steal at
// their worst, migrations summed. What only all runs together show (drift, modes, offload) and what
// is of the measurement (calibration, whose server) is the caller's.
void add_run_facts(RunFacts& facts, const RunResult& run);

// Fills in what is known once all runs are done: details of the verdict, the optimum of the run
// length, warnings.
void conclude(MeasurementResult& result, const MeasurementSpec& spec);

}  // namespace volley
