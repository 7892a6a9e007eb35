// Which cells are compared with which, and what came of it: the data that every output shows.
//
// Cells that differ in nothing but one factor (the server, unless asked otherwise) are a group; in
// each one of them is the baseline and the others are compared with it, round by round. Statistics
// are those of stats/comparison; nothing is computed by another rule here.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "compare/cell.hh"
#include "compare/load.hh"
#include "stats/comparison.hh"

namespace volley {

// What was asked for.
struct AnalysisRequest {
    const Factor* by = &server_factor();
    std::optional<std::string> baseline;  // a value of `by`; nothing: the fastest of each group
    // Values of one factor are alternatives; each factor that is named must match.
    std::vector<std::pair<const Factor*, std::string>> where;
    const Field* statistic = nullptr;  // ranks, chooses the baseline and gives the verdict
    double confidence = 0.95;
};

// One statistic of one cell against the baseline of its group.
struct CellComparison {
    std::size_t cell = 0;      // in Analysis::cells
    std::size_t baseline = 0;  // in Analysis::cells
    const Field* statistic = nullptr;
    std::optional<Comparison> paired;  // nothing: no round has both
};

struct Group {
    std::string label;               // "16 connections, 1 core, 4 bytes"
    std::vector<std::size_t> cells;  // in Analysis::cells, the fastest first, without figures last
    std::optional<std::size_t> baseline;  // in Analysis::cells; nothing: it has none
};

struct Analysis {
    AnalysisRequest request;
    Results results;  // its cells are in the order of the groups and of their ranks
    std::vector<Group> groups;
    std::vector<const Field*> statistics;  // that are compared, the one that decides first
    std::vector<CellComparison> comparisons;
    // Every comparison of every statistic shares the confidence, because a verdict is printed of
    // each. Where the data chose the baseline every pair of a group counts, because any of them
    // could have been shown.
    ClaimFamily family;
    std::string baseline_rule;
    std::vector<std::string> repeated_rounds;  // notes on runs that could not be paired

    [[nodiscard]] const std::vector<Cell>& cells() const { return results.cells; }
    // Nothing where the cell is a baseline, or its group has none.
    [[nodiscard]] const CellComparison* comparison(std::size_t cell, const Field& statistic) const;
};

// Throws Error(usage) where `where` or `baseline` match nothing, naming what there is.
[[nodiscard]] Analysis analyse(Results results, const AnalysisRequest& request);

// The one that decides first, and mean, p50 and p99.
[[nodiscard]] std::vector<const Field*> compared_statistics(const Field* deciding);

// "faster", "slower", "cannot be told apart", "more runs needed" or, of nothing, "no common
// rounds".
[[nodiscard]] std::string verdict_of(const std::optional<Comparison>& comparison);
[[nodiscard]] inline std::string verdict_of(const CellComparison& comparison) {
    return verdict_of(comparison.paired);
}
// The same with how many: "more runs needed: about 20".
[[nodiscard]] std::string verdict_text(const std::optional<Comparison>& comparison);

}  // namespace volley
