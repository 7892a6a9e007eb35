// The data of plots and reports, as CSV files in a directory: R reads these and computes nothing.
//
// RFC 4180 with a header; "." is the decimal point, an empty cell means not known, and times are in
// ns unless the column says otherwise. benchmark/results.md describes the columns.
#pragma once

#include <string>

#include "compare/analysis.hh"

namespace volley {

// Creates the directory if it is missing and replaces the files. Throws Error(failed or usage) if
// that fails. The results were loaded with Detail::tables.
void write_tables(const Analysis& analysis, const std::string& directory);

// The contents of each file, for tests.
[[nodiscard]] std::string meta_table(const Analysis& analysis);
[[nodiscard]] std::string cells_table(const Analysis& analysis);
[[nodiscard]] std::string factors_table(const Analysis& analysis);
[[nodiscard]] std::string figures_table(const Analysis& analysis);
[[nodiscard]] std::string runs_table(const Analysis& analysis);
[[nodiscard]] std::string windows_table(const Analysis& analysis);
[[nodiscard]] std::string spectrum_table(const Analysis& analysis);
[[nodiscard]] std::string distribution_table(const Analysis& analysis);
[[nodiscard]] std::string comparisons_table(const Analysis& analysis);
[[nodiscard]] std::string warnings_table(const Analysis& analysis);
[[nodiscard]] std::string environment_table(const Analysis& analysis);

}  // namespace volley
