// Comma-separated values for spreadsheets: a header, one row per run, one row per measurement.
//
// Units are in the column names, which are those of the table in run/result.hh. An empty cell means
// "not known". Quoting follows RFC 4180, with two decisions: lines end with a line feed alone, and
// a record is always one line, so line breaks inside a text become spaces. Columns "_low" and
// "_high" hold the interval that the column "scope" names: "within_run" in the row of a run (it
// says nothing about other runs), "over_runs" in the row of a measurement.
#pragma once

#include <string>

#include "run/result.hh"

namespace volley {

// With its newline. The same for every measurement of one version.
[[nodiscard]] std::string csv_header();
[[nodiscard]] std::string csv_run_row(const MeasurementContext& context, const RunResult& run);
[[nodiscard]] std::string csv_measurement_row(const MeasurementResult& result);

}  // namespace volley
