// The text around the tables of ranking.hh: what was compared, with what confidence, and the
// warnings.
#include <algorithm>
#include <cmath>

#include "base/units.hh"
#include "compare/builds.hh"
#include "compare/comparability.hh"
#include "compare/ranking.hh"
#include "report/layout.hh"
#include "report/text_values.hh"
#include "stats/over_runs.hh"

namespace volley {

namespace {

// A report before it is laid out for a screen or as Markdown.
struct Document {
    std::string title;
    std::vector<TextTable> tables;
    std::vector<std::string> notes;
    std::vector<FoundWarning> warnings;
};

// "95 %", "99.9 %"
std::string level_text(double confidence) {
    return format_chosen_share(confidence);
}

std::string counted_cells(std::size_t cells) {
    return counted(cells, "cell");
}

std::string title_of(const Results& results) {
    const std::size_t runs = results.runs();
    const std::size_t complete = results.complete_runs();
    std::string title =
        results.file + ": " + counted(runs, "run") + " of " + counted_cells(results.cells.size());
    if (complete < runs) {
        title += ", " + std::to_string(runs - complete) + " of them failed";
    }
    for (const auto& cell : results.cells) {
        if (!cell.contexts.empty()) {
            const MeasurementContext& context = cell.contexts.front();
            title += ", by volley " + context.version + " on " + context.environment.host_name;
            break;
        }
    }
    return title;
}

// Marks and missing intervals are explained only if there are any.
void explain_intervals(const std::vector<const Cell*>& cells, double confidence,
                       std::vector<std::string>& notes) {
    const auto has = [&](auto holds) { return std::any_of(cells.begin(), cells.end(), holds); };
    if (has([](const Cell* cell) { return cell->complete_runs() == 1; })) {
        notes.push_back(
            "† interval within a single run; it does not include differences between runs");
    }
    const std::size_t least = least_runs_for(confidence);
    if (has([&](const Cell* cell) {
            return cell->complete_runs() > 1 && cell->complete_runs() < least;
        })) {
        notes.push_back("an interval needs at least " + std::to_string(least) + " runs");
    }
}

// "12 comparisons (4 pairs by mean, p50 and p99; Bonferroni, half of the error for mean)"
std::string family_text(const ClaimFamily& family, const std::vector<const Field*>& statistics) {
    std::string names;
    for (std::size_t at = 0; at < statistics.size(); ++at) {
        names += (at == 0                       ? ""
                  : at + 1 == statistics.size() ? " and "
                                                : ", ") +
                 short_name(*statistics[at]);
    }
    return counted(family.comparisons(), "comparison") + " (" + counted(family.pairs, "pair") +
           " by " + names + "; Bonferroni, half of the error for " +
           short_name(*statistics.front()) + ")";
}

Document document_of(const Analysis& analysis) {
    const auto& request = analysis.request;
    Document document{.title = title_of(analysis.results),
                      .tables = ranking_tables(analysis),
                      .notes = {},
                      .warnings = warnings_of(analysis)};
    const std::string level = level_text(request.confidence);
    document.notes.push_back("figures: the median over runs [" + level + " interval over runs]");
    explain_intervals(pointers_to(analysis.cells()), request.confidence, document.notes);
    if (!analysis.comparisons.empty()) {
        document.notes.push_back(
            "ratio: " + short_name(*request.statistic) +
            " divided by that of the baseline, paired by round; below 1 is faster; the intervals "
            "hold jointly at " +
            level + " for " + family_text(analysis.family, analysis.statistics));
        document.notes.push_back("baseline: " + analysis.baseline_rule);
    }
    const auto is_unpaired = [](const CellComparison& entry) { return !entry.paired; };
    if (std::any_of(analysis.comparisons.begin(), analysis.comparisons.end(), is_unpaired)) {
        document.notes.push_back(
            "no common rounds: these cells were not measured in turns, and between two "
            "measurements "
            "the machine may drift by more than the servers differ; measure them together with "
            "benchmark/sweep.sh");
    }
    document.notes.insert(document.notes.end(), analysis.repeated_rounds.begin(),
                          analysis.repeated_rounds.end());
    return document;
}

Document document_of(const Change& change) {
    Document document{
        .title = "", .tables = {change_table(change)}, .notes = {}, .warnings = change.warnings};
    std::vector<const Cell*> cells;
    for (const auto& cell : change.cells) {
        cells.insert(cells.end(), {cell.older, cell.newer});
    }
    const std::string level = level_text(change.request.confidence);
    document.notes.push_back("figures: the median over runs [" + level + " interval over runs]");
    explain_intervals(cells, change.request.confidence, document.notes);
    document.notes.push_back(
        "ratio: shift between the logarithms of the runs (Hodges-Lehmann); below 1 is faster; the "
        "intervals hold jointly at " +
        level + " for " + family_text(change.family, change.statistics));
    document.notes.push_back(
        "OLD was measured from " + time_of(change.older) + ", NEW from " + time_of(change.newer) +
        ": the ratios include any change of the machine in between, but their intervals do not "
        "account for it. Even identical servers, measured minutes apart, had disjoint intervals. "
        "To be sure, measure both in one sweep: benchmark/sweep.sh --servers old=PATH,new=PATH");
    const auto builds = build_notes(change);
    document.notes.insert(document.notes.end(), builds.begin(), builds.end());
    document.notes.insert(document.notes.end(), change.unmatched.begin(), change.unmatched.end());
    return document;
}

// The warnings that only describe the machine, as "virtualized (12 cells)".
std::string warnings_by_name(const std::vector<FoundWarning>& warnings) {
    std::string text;
    for (const auto& found : warnings) {
        if (!is_about_verdicts(found)) {
            text += (text.empty() ? "" : ", ") + found.warning.id + " (" +
                    counted_cells(found.cells) + ")";
        }
    }
    return text;
}

constexpr std::size_t text_columns = 100;

std::string on_screen(const Document& document) {
    std::string text = document.title.empty() ? "" : printable(document.title) + "\n\n";
    for (const auto& table : document.tables) {
        text += as_screen(table) + '\n';
    }
    for (const auto& note : document.notes) {
        text += wrap("", printable(note), text_columns);
    }
    for (const auto& found : document.warnings) {
        if (is_about_verdicts(found)) {
            text += '\n' +
                    wrap("warning: ",
                         printable(found.warning.message) + " (" + counted_cells(found.cells) + ")",
                         text_columns);
            text += wrap("      -> ", printable(found.warning.remedy), text_columns);
        }
    }
    if (const std::string others = warnings_by_name(document.warnings); !others.empty()) {
        text += '\n' + wrap("also: ", others + "; see benchmark/machine.md", text_columns);
    }
    return text;
}

std::string in_markdown(const Document& document) {
    std::string text = document.title.empty() ? "" : markdown_text(document.title) + "\n\n";
    for (const auto& table : document.tables) {
        text += as_markdown(table) + '\n';
    }
    for (const auto& note : document.notes) {
        text += "- " + markdown_text(note) + '\n';
    }
    for (const auto& found : document.warnings) {
        if (is_about_verdicts(found)) {
            text += "- **" + markdown_text(found.warning.id) + "** (" + counted_cells(found.cells) +
                    "): " + markdown_text(found.warning.message) + ". " +
                    markdown_text(found.warning.remedy) + ".\n";
        }
    }
    if (const std::string others = warnings_by_name(document.warnings); !others.empty()) {
        text += "- also: " + markdown_text(others) + '\n';
    }
    return text;
}

}  // namespace

std::string screen_text(const Analysis& analysis) {
    return on_screen(document_of(analysis));
}

std::string screen_text(const Change& change) {
    return on_screen(document_of(change));
}

std::string markdown_text(const Analysis& analysis) {
    return in_markdown(document_of(analysis));
}

std::string markdown_text(const Change& change) {
    return in_markdown(document_of(change));
}

}  // namespace volley
