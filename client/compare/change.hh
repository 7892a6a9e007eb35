// OLD against NEW: the effect of a change on each cell that is in both files.
//
// The runs of two files are not paired, so the ratio is the shift of their logs with the interval
// of the rank-sum test (stats/comparison.hh). That interval covers the chance variation of runs,
// not the drift of the machine between the files; only interleaved rounds remove drift.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "compare/analysis.hh"
#include "compare/comparability.hh"

namespace volley {

struct ChangedCell {
    const Cell* older = nullptr;  // in Change::older
    const Cell* newer = nullptr;  // in Change::newer
    // One a statistic of Change::statistics; nothing if one side has no complete run.
    std::vector<std::optional<Comparison>> comparisons;
};

struct Change {
    AnalysisRequest request;
    Results older;
    Results newer;
    std::vector<const Field*> statistics;  // the deciding one first
    std::vector<ChangedCell> cells;        // by server, clients, cores …
    ClaimFamily family;                    // all comparisons of all statistics
    std::vector<std::string> unmatched;    // notes on cells that are in one file only
    std::vector<FoundWarning> warnings;
};

// Throws Error(usage) if --where matches nothing, Error(failed) if no cell is in both.
[[nodiscard]] Change find_change(Results older, Results newer, const AnalysisRequest& request);

// When each side was measured: the starts of its first and last run.
[[nodiscard]] std::string time_of(const Results& results);

// Cells that are slower by more than `share` with the verdict "slower".
[[nodiscard]] std::vector<const ChangedCell*> slower_cells(const Change& change, double share);
// Cells with too few runs to decide this.
[[nodiscard]] std::vector<const ChangedCell*> undecided_cells(const Change& change);
// Cells that had figures and have none now: all runs of NEW failed.
[[nodiscard]] std::vector<const ChangedCell*> failing_cells(const Change& change);

}  // namespace volley
