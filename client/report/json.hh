// The result file: JSON lines, one per run as it ends, one per measurement at its end, and one at
// each start of a sweep.
//
// Every line has "schema":"volley", its schema_version and method_version, and its "kind". A run
// line is self-contained: it has the context (options, environment, placement, calibration,
// warnings), the facts of the run, its windows and its histogram. So a crash loses no finished run,
// and every figure can be recomputed from the file (report/read_results.hh does so). Names are
// those of report/record_keys.hh and, under "figures", of the table in run/result.hh.
//
// "figures" of a run: name -> {"value"} and, if known, "within_run_point", "within_run_low" and
// "within_run_high": the estimate within this run only, which leaves out its first eighth and says
// nothing about other runs. "figures" of a measurement: name -> {"unit", "aggregate", "value",
// "low", "high", "scope"}; scope is what the interval covers ("over_runs" or "within_run"). A value
// that is not known is null or a missing key, never 0.
//
// "histogram": two columns "bucket" and "trips" of the non-empty buckets, plus the exact "minimum",
// "maximum", "sum" (ns) and "sum_of_squares" (ns²). Bucket b below 1024 holds the value b. A
// greater one, with e = b/512 − 1 (rounded down), holds [(b − 512·e)·2^e, (b − 512·e + 1)·2^e) ns.
// "windows" and "worker_accounts" are columns, too.
//
// This module opens no file (report/result_file.hh) and reads nothing.
#pragma once

#include <string>

#include "report/sweep_record.hh"
#include "run/result.hh"

namespace volley {

// One line with a newline at its end. Always valid UTF-8: bytes in names that are not are replaced
// by U+FFFD.
[[nodiscard]] std::string json_run_line(const MeasurementContext& context, const RunResult& run);
[[nodiscard]] std::string json_measurement_line(const MeasurementResult& result);
[[nodiscard]] std::string json_sweep_line(const SweepRecord& sweep);

}  // namespace volley
