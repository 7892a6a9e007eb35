#include "compare/analysis.hh"

#include <algorithm>
#include <iterator>
#include <map>
#include <tuple>
#include <utility>

#include "base/error.hh"
#include "compare/ranking.hh"
#include "compare/selection.hh"

namespace volley {

namespace {

// What the cells of a group share: the key without the value of one factor.
CellKey without(CellKey key, const Factor& by) {
    key[by] = CellKey()[by];
    return key;
}

// The factors that a group's label always names, and those it names because the results differ in
// them.
std::vector<const Factor*> said_of_groups(std::vector<Cell>& cells, const Factor& by) {
    std::vector<const Factor*> said;
    for (const Factor& factor : factors()) {
        if (&factor != &by && (!factor.is_quiet || count_values(cells, factor) > 1)) {
            said.push_back(&factor);
        }
    }
    return said;
}

std::string group_label(const CellKey& key, const std::vector<const Factor*>& said) {
    std::string label;
    for (const Factor* factor : said) {
        label += (label.empty() ? "" : ", ") + words_of(key, *factor);
    }
    return label;
}

// Cells in the order of groups, the fastest first.
void arrange(Analysis& analysis) {
    const Factor& by = *analysis.request.by;
    const Field& statistic = *analysis.request.statistic;
    std::vector<Cell>& cells = analysis.results.cells;
    const auto place = [&](const Cell& cell) {
        const CellKey group = without(cell.key, by);
        const auto value = cell.value(statistic);
        const int last = value ? 0 : cell.skipped.empty() ? 1 : 2;
        return std::tuple(group, last, value.value_or(0), cell.key);
    };
    std::stable_sort(cells.begin(), cells.end(),
                     [&](const Cell& a, const Cell& b) { return place(a) < place(b); });
    const auto said = said_of_groups(cells, by);
    std::map<CellKey, std::size_t> groups;
    for (std::size_t at = 0; at < cells.size(); ++at) {
        const CellKey common = without(cells[at].key, by);
        const auto [group, is_new] = groups.emplace(common, analysis.groups.size());
        if (is_new) {
            analysis.groups.push_back({.label = group_label(common, said)});
        }
        analysis.groups[group->second].cells.push_back(at);
    }
}

void choose_baselines(Analysis& analysis) {
    const auto& request = analysis.request;
    auto& cells = analysis.results.cells;
    for (auto& group : analysis.groups) {
        for (const std::size_t at : group.cells) {
            const bool wanted =
                !request.baseline || value_of(cells[at].key, *request.by) == *request.baseline;
            // The first is the fastest.
            if (wanted && cells[at].value(*request.statistic) && !group.baseline) {
                group.baseline = at;
            }
        }
    }
    if (request.baseline &&
        std::none_of(analysis.groups.begin(), analysis.groups.end(),
                     [](const Group& group) { return group.baseline.has_value(); })) {
        throw Error(
            ExitCode::usage, "--baseline '" + *request.baseline + "' has no complete run",
            "the results have " + request.by->name + " " + values_listed(cells, *request.by));
    }
    analysis.baseline_rule = request.baseline ? *request.baseline + " (--baseline)"
                                              : "the fastest of each group (lowest " +
                                                    short_name(*request.statistic) + ")";
}

std::size_t count_pairs(const Analysis& analysis) {
    std::size_t pairs = 0;
    for (const auto& group : analysis.groups) {
        const auto measured = static_cast<std::size_t>(
            std::count_if(group.cells.begin(), group.cells.end(), [&](std::size_t at) {
                return analysis.cells()[at].value(*analysis.request.statistic).has_value();
            }));
        if (group.baseline && measured > 1) {
            pairs += analysis.request.baseline ? measured - 1 : measured * (measured - 1) / 2;
        }
    }
    return std::max<std::size_t>(pairs, 1);
}

using Round = std::pair<std::string, std::uint64_t>;

// The complete runs of a cell by round; if there are several in one round, the first.
std::map<Round, const MeasuredRun*> runs_by_round(const Cell& cell) {
    std::map<Round, const MeasuredRun*> rounds;
    for (const auto& run : cell.runs) {
        if (run.complete && run.round > 0) {
            rounds.emplace(Round(run.experiment, run.round), &run);
        }
    }
    return rounds;
}

void note_repeated(Analysis& analysis, const Cell& cell, std::size_t rounds) {
    const auto in_rounds = static_cast<std::size_t>(
        std::count_if(cell.runs.begin(), cell.runs.end(),
                      [](const MeasuredRun& run) { return run.complete && run.round > 0; }));
    if (in_rounds > rounds) {
        analysis.repeated_rounds.push_back(cell.label + ": " + std::to_string(in_rounds - rounds) +
                                           " runs repeat a round that the cell already has; they "
                                           "count in its figures but in no ratio");
    }
}

std::optional<Comparison> compare_cells(const Analysis& analysis,
                                        const std::map<Round, const MeasuredRun*>& cell,
                                        const std::map<Round, const MeasuredRun*>& baseline,
                                        std::size_t at) {
    const Field& statistic = *analysis.statistics[at];
    std::vector<double> a;
    std::vector<double> b;
    for (const auto& [round, run] : cell) {
        const auto other = baseline.find(round);
        if (other == baseline.end()) {
            continue;
        }
        const auto mine = run->figures.value(statistic);
        const auto its = other->second->figures.value(statistic);
        if (mine.value_or(0) > 0 && its.value_or(0) > 0) {
            a.push_back(*mine);
            b.push_back(*its);
        }
    }
    if (a.empty()) {
        return std::nullopt;
    }
    return compare_paired(a, b, analysis.request.confidence, analysis.family.divisor(at));
}

void compare_groups(Analysis& analysis) {
    const auto& cells = analysis.cells();
    std::vector<std::map<Round, const MeasuredRun*>> rounds;
    for (const auto& cell : cells) {
        rounds.push_back(runs_by_round(cell));
        note_repeated(analysis, cell, rounds.back().size());
    }
    for (const auto& group : analysis.groups) {
        for (const std::size_t at : group.cells) {
            if (!group.baseline || at == *group.baseline || cells[at].figures.empty()) {
                continue;
            }
            for (std::size_t index = 0; index < analysis.statistics.size(); ++index) {
                analysis.comparisons.push_back(
                    {.cell = at,
                     .baseline = *group.baseline,
                     .statistic = analysis.statistics[index],
                     .paired =
                         compare_cells(analysis, rounds[at], rounds[*group.baseline], index)});
            }
        }
    }
}

}  // namespace

std::vector<const Field*> compared_statistics(const Field* deciding) {
    std::vector<const Field*> statistics{deciding};
    for (const char* name : {"mean", "p50", "p99"}) {
        if (find_statistic(name) != deciding) {
            statistics.push_back(find_statistic(name));
        }
    }
    return statistics;
}

const CellComparison* Analysis::comparison(std::size_t cell, const Field& statistic) const {
    const auto found =
        std::find_if(comparisons.begin(), comparisons.end(), [&](const CellComparison& entry) {
            return entry.cell == cell && entry.statistic == &statistic;
        });
    return found == comparisons.end() ? nullptr : &*found;
}

Analysis analyse(Results results, const AnalysisRequest& request) {
    Analysis analysis{.request = request, .results = std::move(results)};
    analysis.statistics = compared_statistics(request.statistic);
    select_cells(analysis.results, request.where);
    arrange(analysis);
    choose_baselines(analysis);
    analysis.family = {count_pairs(analysis), analysis.statistics.size()};
    compare_groups(analysis);
    return analysis;
}

std::string verdict_of(const std::optional<Comparison>& comparison) {
    if (!comparison) {
        return "no common rounds";
    }
    switch (comparison->verdict) {
        case Verdict::lower:
            return "faster";
        case Verdict::higher:
            return "slower";
        case Verdict::cannot_be_told_apart:
            return "cannot be told apart";
        case Verdict::more_rounds_needed:
            break;
    }
    return "more runs needed";
}

std::string verdict_text(const std::optional<Comparison>& comparison) {
    const bool wants_more = comparison && comparison->verdict == Verdict::more_rounds_needed;
    return verdict_of(comparison) + (wants_more && comparison->rounds_needed
                                         ? ": about " + std::to_string(*comparison->rounds_needed)
                                         : "");
}

}  // namespace volley
