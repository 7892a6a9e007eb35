// Which cells are compared, and the results: the data behind every output.
//
// Cells that differ only in one factor (by default the server) form a group. In each group one cell
// is the baseline, and the others are compared with it round by round. All statistics come from
// stats/comparison.
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
    std::optional<std::string> baseline;  // a value of `by`; nothing: the fastest in each group
    // Values of one factor are alternatives; every factor named must match.
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
    std::vector<const Field*> statistics;  // that are compared, the deciding one first
    std::vector<CellComparison> comparisons;
    // Every comparison of every statistic shares the confidence, because each gets a printed
    // verdict. If the data chose the baseline, every pair of a group counts, because any of them
    // could have been shown.
    ClaimFamily family;
    std::string baseline_rule;
    std::vector<std::string> repeated_rounds;  // notes on runs that could not be paired

    [[nodiscard]] const std::vector<Cell>& cells() const { return results.cells; }
    // Nothing if the cell is a baseline, or its group has none.
    [[nodiscard]] const CellComparison* comparison(std::size_t cell, const Field& statistic) const;
};

// Throws Error(usage) if `where` or `baseline` match nothing, naming what exists.
[[nodiscard]] Analysis analyse(Results results, const AnalysisRequest& request);

// The deciding statistic first, then mean, p50 and p99.
[[nodiscard]] std::vector<const Field*> compared_statistics(const Field* deciding);

// "faster", "slower", "cannot be told apart", "more runs needed" or, without a comparison, "no
// common rounds".
[[nodiscard]] std::string verdict_of(const std::optional<Comparison>& comparison);
[[nodiscard]] inline std::string verdict_of(const CellComparison& comparison) {
    return verdict_of(comparison.paired);
}
// The same with the number: "more runs needed: about 20".
[[nodiscard]] std::string verdict_text(const std::optional<Comparison>& comparison);

}  // namespace volley
