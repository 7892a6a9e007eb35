// The comparison for other programs: CSV, one row per cell, and one JSON document.
//
// Names and units are those of the table in run/result.hh. An empty cell, or null, means not known.
// benchmark/results.md describes both.
#pragma once

#include <string>

#include "compare/analysis.hh"
#include "compare/change.hh"

namespace volley {

// Bumped when the JSON document changes incompatibly.
inline constexpr int comparison_schema_version = 1;

[[nodiscard]] std::string csv_document(const Analysis& analysis);
[[nodiscard]] std::string csv_document(const Change& change);

[[nodiscard]] std::string json_document(const Analysis& analysis);
[[nodiscard]] std::string json_document(const Change& change);

}  // namespace volley
