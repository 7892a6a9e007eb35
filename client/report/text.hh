// The report for people: what was measured, how certain the figures are, and what is wrong with
// them.
//
// Plain text of at most 100 columns (a server's command or an error may be longer), without
// colours. The headline comes first: each stop statistic with its interval, and the verdict. Every
// interval says what it covers. This module computes nothing: all figures come from run/result.hh.
#pragma once

#include <string>

#include "run/result.hh"

namespace volley {

// For any result, even one without a complete run. Ends with a newline.
[[nodiscard]] std::string text_report(const MeasurementResult& result);

}  // namespace volley
