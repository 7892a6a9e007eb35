#include <algorithm>

#include "compare/csv_rows.hh"
#include "compare/documents.hh"

namespace volley {

namespace {

const Field& rate() {
    return *find_statistic("round_trips_per_second");
}

std::string with_interval(const std::string& name) {
    return "," + name + "," + name + "_low," + name + "_high";
}

std::string comparison_columns(const std::vector<const Field*>& statistics) {
    std::string columns;
    for (const Field* statistic : statistics) {
        const std::string name(statistic->name);
        columns += with_interval(name + "_ratio") + "," + name + "_verdict," + name + "_rounds," +
                   name + "_rounds_needed";
    }
    return columns;
}

void add_figure(CsvRows& rows, const Cell& cell, const Field& field) {
    const Figure* const figure = cell.figure(field);
    rows << (figure != nullptr ? figure->value : std::nullopt)
         << (figure != nullptr ? figure->interval : std::nullopt);
}

void add_comparison(CsvRows& rows, const std::optional<Comparison>& comparison) {
    rows << (comparison ? std::optional(comparison->ratio.point) : std::nullopt)
         << (comparison ? comparison->ratio.interval : std::nullopt) << verdict_of(comparison)
         << (comparison ? comparison->rounds : 0)
         << (comparison ? comparison->rounds_needed : std::nullopt);
}

// The same columns if there is nothing to compare with.
void add_no_comparison(CsvRows& rows) {
    rows << std::optional<double>() << std::optional<Interval>() << ""
         << ""
         << "";
}

}  // namespace

std::string csv_document(const Analysis& analysis) {
    std::string header =
        "group,group_label,rank," + key_columns() + ",runs,complete_runs,skipped,baseline";
    for (const Field* statistic : analysis.statistics) {
        header += with_interval(std::string(statistic->name));
    }
    CsvRows rows(header + with_interval(std::string(rate().name)) +
                 comparison_columns(analysis.statistics) + ",comparisons");
    for (std::size_t group = 0; group < analysis.groups.size(); ++group) {
        const auto& members = analysis.groups[group];
        for (std::size_t rank = 0; rank < members.cells.size(); ++rank) {
            const std::size_t at = members.cells[rank];
            const Cell& cell = analysis.cells()[at];
            rows << group + 1 << members.label
                 << (cell.figures.empty() ? std::nullopt : std::optional(rank + 1));
            add_key(rows, cell.key);
            rows << cell.runs.size() << cell.complete_runs() << cell.skipped
                 << (members.baseline == at);
            for (const Field* statistic : analysis.statistics) {
                add_figure(rows, cell, *statistic);
            }
            add_figure(rows, cell, rate());
            for (const Field* statistic : analysis.statistics) {
                if (const auto* const found = analysis.comparison(at, *statistic)) {
                    add_comparison(rows, found->paired);
                } else {
                    add_no_comparison(rows);
                }
            }
            rows << analysis.family.comparisons();
            rows.end();
        }
    }
    return rows.text();
}

std::string csv_document(const Change& change) {
    std::string header = key_columns() + ",old_complete_runs,new_complete_runs";
    for (const char* side : {"old_", "new_"}) {
        for (const Field* statistic : change.statistics) {
            header += with_interval(side + std::string(statistic->name));
        }
    }
    CsvRows rows(header + comparison_columns(change.statistics) + ",comparisons");
    for (const auto& cell : change.cells) {
        add_key(rows, cell.older->key);
        rows << cell.older->complete_runs() << cell.newer->complete_runs();
        for (const Cell* side : {cell.older, cell.newer}) {
            for (const Field* statistic : change.statistics) {
                add_figure(rows, *side, *statistic);
            }
        }
        for (const auto& comparison : cell.comparisons) {
            if (comparison) {
                add_comparison(rows, comparison);
            } else {
                add_no_comparison(rows);
            }
        }
        rows << change.family.comparisons();
        rows.end();
    }
    return rows.text();
}

}  // namespace volley
