// OLD against NEW: what a change did to each cell that both files have.
//
// Nothing pairs the runs of two files, so the ratio is the shift of their logs with the interval of
// the rank-sum test (stats/comparison.hh). That interval holds the chance of runs and not the drift
// of the machine between the files, which only interleaved rounds take out.
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
    // One a statistic of Change::statistics; nothing where one side has no complete run.
    std::vector<std::optional<Comparison>> comparisons;
};

struct Change {
    AnalysisRequest request;
    Results older;
    Results newer;
    std::vector<const Field*> statistics;  // the one that decides first
    std::vector<ChangedCell> cells;        // by server, clients, cores …
    ClaimFamily family;                    // all comparisons of all statistics
    std::vector<std::string> unmatched;    // notes on cells that only one file has
    std::vector<FoundWarning> warnings;
};

// Throws Error(usage) where --where matches nothing, Error(failed) where no cell is in both.
[[nodiscard]] Change find_change(Results older, Results newer, const AnalysisRequest& request);

// When each side was measured: the first and the last start of a run.
[[nodiscard]] std::string time_of(const Results& results);

// Cells that are slower by more than `share`, and surely so (the verdict is "slower").
[[nodiscard]] std::vector<const ChangedCell*> slower_cells(const Change& change, double share);
// Cells of which this cannot be said, because there are too few runs.
[[nodiscard]] std::vector<const ChangedCell*> undecided_cells(const Change& change);
// Cells that had figures and have none any more: all runs of NEW failed.
[[nodiscard]] std::vector<const ChangedCell*> failing_cells(const Change& change);

}  // namespace volley
