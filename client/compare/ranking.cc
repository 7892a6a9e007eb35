#include "compare/ranking.hh"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "report/text_values.hh"

namespace volley {

namespace {

// Marks an interval that holds within one run only.
constexpr const char* within_run_mark = "†";

// One unit for a column, that of its least value, so that rows can be compared.
Scale scale_of(const std::vector<const Cell*>& cells, const Field& field) {
    std::optional<double> least;
    for (const Cell* cell : cells) {
        if (const auto value = cell->value(field)) {
            least = std::min(least.value_or(*value), *value);
        }
    }
    return scale_for(field.unit, least.value_or(0));
}

std::string figure_text(const Cell& cell, const Field& field, const Scale& scale) {
    const Figure* const figure = cell.figure(field);
    if (figure == nullptr || !figure->value) {
        return "-";
    }
    std::string text = scale.number(*figure->value);
    if (figure->interval) {
        text += " " + scale.interval(*figure->interval);
        text += cell.complete_runs() == 1 ? within_run_mark : "";
    }
    return text;
}

// Differences of 1 % count, so there are three decimals near 1.
std::string ratio_number(double ratio) {
    std::array<char, 400> text{};
    const int decimals = ratio < 0.09995  ? 4
                         : ratio < 9.9995 ? 3
                         : ratio < 99.995 ? 2
                         : ratio < 999.95 ? 1
                                          : 0;
    std::snprintf(text.data(), text.size(), "%.*f", decimals, ratio);
    return text.data();
}

std::string runs_text(const Cell& cell) {
    const std::size_t complete = cell.complete_runs();
    return std::to_string(complete) +
           (complete < cell.runs.size() ? " of " + std::to_string(cell.runs.size()) : "");
}

// "p99 slower" if this is claimed for another statistic and not for the deciding one.
std::string also_claimed(const std::vector<const Field*>& statistics,
                         const std::vector<std::optional<Comparison>>& comparisons) {
    std::string text;
    for (std::size_t at = 1; at < statistics.size() && at < comparisons.size(); ++at) {
        const auto& comparison = comparisons[at];
        const bool is_claim = comparison && (comparison->verdict == Verdict::lower ||
                                             comparison->verdict == Verdict::higher);
        if (is_claim && verdict_of(comparison) != verdict_of(comparisons.front())) {
            text += "; " + short_name(*statistics[at]) + " " + verdict_of(comparison);
        }
    }
    return text;
}

std::string without_figures(const Cell& cell) {
    const std::string failure = cell.failure();
    return cell.skipped.empty() ? "no complete run: " + failure.substr(0, failure.find('\n'))
                                : "skipped: " + cell.skipped;
}

std::string verdict_cell(const Analysis& analysis, const Group& group, std::size_t at) {
    const Cell& cell = analysis.cells()[at];
    if (cell.figures.empty()) {
        return without_figures(cell);
    }
    if (!group.baseline || group.baseline == at) {
        return group.baseline ? "baseline" : "no baseline in this group";
    }
    std::vector<std::optional<Comparison>> comparisons;
    for (const Field* statistic : analysis.statistics) {
        const CellComparison* const found = analysis.comparison(at, *statistic);
        comparisons.push_back(found != nullptr ? found->paired : std::nullopt);
    }
    return verdict_text(comparisons.front()) + also_claimed(analysis.statistics, comparisons);
}

std::string ratio_cell(const Analysis& analysis, const Group& group, std::size_t at) {
    if (group.baseline == at) {
        return "1";
    }
    const CellComparison* const found = analysis.comparison(at, *analysis.request.statistic);
    return found != nullptr && found->paired ? ratio_text(found->paired->ratio) : "-";
}

// Columns of figures: the three that are always shown, preceded by the ranking statistic if it is
// another.
std::vector<const Field*> shown_statistics(const Field* deciding) {
    std::vector<const Field*> shown;
    for (const char* name : {"mean", "p50", "p99"}) {
        shown.push_back(find_statistic(name));
    }
    if (std::find(shown.begin(), shown.end(), deciding) == shown.end()) {
        shown.insert(shown.begin(), deciding);
    }
    return shown;
}

TextTable table_of(const Analysis& analysis, const Group& group) {
    const auto& request = analysis.request;
    const auto statistics = shown_statistics(request.statistic);
    std::vector<const Cell*> cells;
    for (const std::size_t at : group.cells) {
        cells.push_back(&analysis.cells()[at]);
    }
    TextTable table{.heading = group.label};
    const auto add_column = [&](const std::string& name, bool left) {
        table.columns.push_back(name);
        table.left.push_back(left);
    };
    add_column(request.by->name, true);
    std::vector<Scale> scales;
    for (const Field* field : statistics) {
        scales.push_back(scale_of(cells, *field));
        add_column(short_name(*field) + ", " + scales.back().unit, false);
    }
    const Field& rate = *find_statistic("round_trips_per_second");
    const Scale rate_scale = scale_of(cells, rate);
    add_column("trips, " + rate_scale.unit, false);
    add_column("runs", false);
    add_column("ratio of " + short_name(*request.statistic), false);
    add_column("verdict", true);
    for (const std::size_t at : group.cells) {
        const Cell& cell = analysis.cells()[at];
        std::vector<std::string> row{value_of(cell.key, *request.by)};
        for (std::size_t column = 0; column < statistics.size(); ++column) {
            row.push_back(figure_text(cell, *statistics[column], scales[column]));
        }
        const auto trips = cell.value(rate);
        row.push_back(trips ? rate_scale.number(*trips) : "-");
        row.push_back(runs_text(cell));
        row.push_back(ratio_cell(analysis, group, at));
        row.push_back(verdict_cell(analysis, group, at));
        table.rows.push_back(std::move(row));
    }
    return table;
}

}  // namespace

std::string short_name(const Field& field) {
    constexpr std::string_view prefix = "rtt_ns_";
    std::string name(field.name.substr(field.name.starts_with(prefix) ? prefix.size() : 0));
    return name == "p99_9" ? "p99.9" : name;
}

std::string ratio_text(const Estimate& ratio) {
    return ratio_number(ratio.point) + (ratio.interval
                                            ? " [" + ratio_number(ratio.interval->low) + ", " +
                                                  ratio_number(ratio.interval->high) + "]"
                                            : "");
}

std::vector<TextTable> ranking_tables(const Analysis& analysis) {
    std::vector<TextTable> tables;
    for (const auto& group : analysis.groups) {
        tables.push_back(table_of(analysis, group));
    }
    return tables;
}

TextTable change_table(const Change& change) {
    const Field& field = *change.request.statistic;
    const std::string name = short_name(field);
    TextTable table{.heading = change.older.file + " -> " + change.newer.file};
    std::vector<const Cell*> cells;
    for (const auto& cell : change.cells) {
        cells.insert(cells.end(), {cell.older, cell.newer});
    }
    const Scale scale = scale_of(cells, field);
    table.columns = {"cell",
                     "old " + name + ", " + scale.unit,
                     "new " + name + ", " + scale.unit,
                     "runs",
                     "new / old",
                     "verdict"};
    table.left = {true, false, false, false, false, true};
    for (const auto& cell : change.cells) {
        const auto& deciding = cell.comparisons.front();
        std::string verdict =
            verdict_text(deciding) + also_claimed(change.statistics, cell.comparisons);
        if (!deciding) {
            const bool is_old = cell.older->complete_runs() == 0;
            verdict = std::string(is_old ? "OLD: " : "NEW: ") +
                      without_figures(is_old ? *cell.older : *cell.newer);
        }
        table.rows.push_back({cell.older->label, figure_text(*cell.older, field, scale),
                              figure_text(*cell.newer, field, scale),
                              runs_text(*cell.older) + " / " + runs_text(*cell.newer),
                              deciding ? ratio_text(deciding->ratio) : "-", verdict});
    }
    return table;
}

}  // namespace volley
