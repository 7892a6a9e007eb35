#include "compare/change.hh"

#include <algorithm>
#include <map>

#include "base/error.hh"
#include "compare/selection.hh"

namespace volley {

namespace {

// Over the complete runs; values not above 0 have no ratio.
std::vector<double> values_of(const Cell& cell, const Field& statistic) {
    std::vector<double> values;
    for (const auto& run : cell.runs) {
        const auto value = run.complete ? run.figures.value(statistic) : std::nullopt;
        if (value.value_or(0) > 0) {
            values.push_back(*value);
        }
    }
    return values;
}

void match_cells(Change& change) {
    std::map<CellKey, const Cell*> newer;
    for (const auto& cell : change.newer.cells) {
        newer.emplace(cell.key, &cell);
    }
    for (const auto& cell : change.older.cells) {
        const auto found = newer.find(cell.key);
        if (found == newer.end()) {
            change.unmatched.push_back("only " + change.older.file + " has " + cell.label);
            continue;
        }
        change.cells.push_back({.older = &cell, .newer = found->second, .comparisons = {}});
        newer.erase(found);
    }
    // As a file of shuffled rounds has no order to show.
    std::sort(
        change.cells.begin(), change.cells.end(),
        [](const ChangedCell& a, const ChangedCell& b) { return a.older->key < b.older->key; });
    for (const auto& cell : change.newer.cells) {
        if (newer.count(cell.key) != 0) {
            change.unmatched.push_back("only " + change.newer.file + " has " + cell.label);
        }
    }
    if (change.cells.empty()) {
        throw Error(ExitCode::failed,
                    change.older.file + " and " + change.newer.file +
                        " have no cell in common: " + change.unmatched.front(),
                    "cells are matched by server, clients, cores, message size and transport");
    }
}

void compare_cells(Change& change) {
    const auto has_figures = [](const ChangedCell& cell) {
        return cell.older->complete_runs() > 0 && cell.newer->complete_runs() > 0;
    };
    const auto count = std::count_if(change.cells.begin(), change.cells.end(), has_figures);
    change.family = {std::max<std::size_t>(static_cast<std::size_t>(count), 1),
                     change.statistics.size()};
    for (auto& cell : change.cells) {
        for (std::size_t at = 0; at < change.statistics.size(); ++at) {
            const auto before = values_of(*cell.older, *change.statistics[at]);
            const auto after = values_of(*cell.newer, *change.statistics[at]);
            cell.comparisons.push_back(
                before.empty() || after.empty()
                    ? std::nullopt
                    : std::optional(compare_unpaired(after, before, change.request.confidence,
                                                     change.family.divisor(at))));
        }
    }
}

}  // namespace

Change find_change(Results older, Results newer, const AnalysisRequest& request) {
    Change change{.request = request, .older = std::move(older), .newer = std::move(newer)};
    change.statistics = compared_statistics(request.statistic);
    select_cells(change.older, request.where);
    select_cells(change.newer, request.where);
    std::vector<Cell*> both;
    for (Results* side : {&change.older, &change.newer}) {
        for (auto& cell : side->cells) {
            both.push_back(&cell);
        }
    }
    label_cells(both);
    match_cells(change);
    compare_cells(change);
    std::vector<std::vector<const Cell*>> compared;
    // Another build in NEW is what is being compared, so it gives no warning; two builds in one
    // file do.
    std::vector<std::vector<const Cell*>> sides(2);
    for (const auto& cell : change.cells) {
        compared.push_back({cell.older, cell.newer});
        sides[0].push_back(cell.older);
        sides[1].push_back(cell.newer);
    }
    const std::size_t methods =
        std::max({change.older.methods, change.newer.methods,
                  change.older.method != change.newer.method ? std::size_t{2} : std::size_t{1}});
    change.warnings = find_warnings(compared, sides, methods);
    return change;
}

std::string time_of(const Results& results) {
    std::string first;
    std::string last;
    for (const auto& cell : results.cells) {
        for (const auto& run : cell.runs) {
            first = first.empty() ? run.started : std::min(first, run.started);
            last = std::max(last, run.started);
        }
    }
    // Seconds are precise enough.
    constexpr std::size_t to_seconds = 19;
    return first.substr(0, to_seconds) + " to " + last.substr(0, to_seconds);
}

std::vector<const ChangedCell*> slower_cells(const Change& change, double share) {
    std::vector<const ChangedCell*> slower;
    for (const auto& cell : change.cells) {
        const auto& comparison = cell.comparisons.front();
        if (comparison && comparison->verdict == Verdict::higher &&
            comparison->ratio.point > 1 + share) {
            slower.push_back(&cell);
        }
    }
    return slower;
}

std::vector<const ChangedCell*> undecided_cells(const Change& change) {
    std::vector<const ChangedCell*> undecided;
    for (const auto& cell : change.cells) {
        const auto& comparison = cell.comparisons.front();
        if (comparison && comparison->verdict == Verdict::more_rounds_needed) {
            undecided.push_back(&cell);
        }
    }
    return undecided;
}

std::vector<const ChangedCell*> failing_cells(const Change& change) {
    std::vector<const ChangedCell*> failing;
    for (const auto& cell : change.cells) {
        if (cell.older->complete_runs() > 0 && cell.newer->complete_runs() == 0) {
            failing.push_back(&cell);
        }
    }
    return failing;
}

}  // namespace volley
