// The result file: JSON lines, one a run as it ends, one a measurement at its end, and one at each
// start of a sweep.
//
// Every line says "schema":"volley", its schema_version and method_version, and its "kind". A run
// line is complete by itself: the context (options, environment, placement, calibration, warnings),
// what the run was, its windows and its histogram, so that a crash loses no finished run and every
// figure can be made again from the file (report/read_results.hh does). Names are those of
// report/record_keys.hh and, under "figures", of the table in run/result.hh.
//
// "figures" of a run: name -> {"value"} and, where it is known, "within_run_point",
// "within_run_low" and "within_run_high": the estimate within this run only, which leaves out its
// first eighth and vouches for no other run. "figures" of a measurement: name -> {"unit",
// "aggregate", "value", "low", "high", "scope"}; scope says what the interval vouches for
// ("over_runs" or "within_run"). Absent knowledge is null or a missing key, never 0.
//
// "histogram": two columns "bucket" and "trips" of the non-empty buckets beside the exact
// "minimum", "maximum", "sum" (ns) and "sum_of_squares" (ns²). Bucket b below 1024 holds the value
// b; for greater ones, with e = b/512 − 1 (rounded down), it holds [(b − 512·e)·2^e,
// (b − 512·e + 1)·2^e) ns. "windows" and "worker_accounts" are columns, too.
//
// It opens no file (report/result_file.hh) and reads nothing.
#pragma once

#include <string>

#include "report/sweep_record.hh"
#include "run/result.hh"

namespace volley {

// One line with a newline at its end, valid UTF-8 whatever the names hold (bytes that are not are
// replaced by U+FFFD).
[[nodiscard]] std::string json_run_line(const MeasurementContext& context, const RunResult& run);
[[nodiscard]] std::string json_measurement_line(const MeasurementResult& result);
[[nodiscard]] std::string json_sweep_line(const SweepRecord& sweep);

}  // namespace volley
