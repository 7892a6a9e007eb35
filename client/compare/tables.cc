#include "compare/tables.hh"

#include <array>
#include <filesystem>
#include <utility>

#include "base/build_info.hh"
#include "base/error.hh"
#include "base/joined.hh"
#include "compare/comparability.hh"
#include "compare/csv_rows.hh"
#include "compare/facts.hh"
#include "report/result_file.hh"

namespace volley {

namespace {

// Its worst verdict: if one run was not offloaded, the cell was not.
std::string offload_of(const Cell& cell) {
    if (!cell.facts.not_offloaded.empty()) {
        return "not offloaded " + cell.facts.not_offloaded;
    }
    for (const auto& verdict : cell.offload) {
        if (verdict) {
            return *verdict;
        }
    }
    return "";
}

// Numbers of cells and groups begin at 1.
std::vector<std::size_t> groups_of_cells(const Analysis& analysis) {
    std::vector<std::size_t> groups(analysis.cells().size());
    for (std::size_t group = 0; group < analysis.groups.size(); ++group) {
        for (const std::size_t cell : analysis.groups[group].cells) {
            groups[cell] = group;
        }
    }
    return groups;
}

}  // namespace

std::string meta_table(const Analysis& analysis) {
    std::vector<std::string> problems = analysis.results.problems;
    problems.insert(problems.end(), analysis.repeated_rounds.begin(),
                    analysis.repeated_rounds.end());
    CsvRows rows("key,value");
    const auto add = [&](const char* key, const std::string& value) {
        rows << key << value;
        rows.end();
    };
    add("compare_version", std::string(version_text) + " (" + build_revision + ")");
    add("schema_version", std::to_string(result_schema_version));
    add("method_version", std::to_string(analysis.results.method));
    add("confidence", csv_number(analysis.request.confidence));
    add("files", analysis.results.file);
    add("runs", std::to_string(analysis.results.runs()));
    add("complete_runs", std::to_string(analysis.results.complete_runs()));
    add("problems", joined(problems, "; "));
    add("by", analysis.request.by->name);
    add("statistic", std::string(analysis.request.statistic->name));
    add("baseline_rule", analysis.baseline_rule);
    return rows.text();
}

std::string cells_table(const Analysis& analysis) {
    CsvRows rows("cell,label," + key_columns() +
                 ",driver,workers,group,group_label,"
                 "runs,complete_runs,failed_runs,failure,skipped,offload,baseline");
    const auto groups = groups_of_cells(analysis);
    for (std::size_t at = 0; at < analysis.cells().size(); ++at) {
        const Cell& cell = analysis.cells()[at];
        const Group& group = analysis.groups[groups[at]];
        const auto* const context = cell.contexts.empty() ? nullptr : &cell.contexts.front();
        rows << at + 1 << cell.label;
        add_key(rows, cell.key);
        rows << (context != nullptr ? context->driver : "")
             << (context != nullptr ? std::optional(context->workers) : std::nullopt)
             << groups[at] + 1 << group.label << cell.runs.size() << cell.complete_runs()
             << cell.runs.size() - cell.complete_runs() << cell.failure() << cell.skipped
             << offload_of(cell) << (group.baseline == at);
        rows.end();
    }
    return rows.text();
}

std::string factors_table(const Analysis&) {
    CsvRows rows("name,kind,counted,sweep_option,client_option");
    for (const Factor& factor : factors()) {
        const SweptBy swept_by = factor.sweep.value_or(SweptBy{});
        rows << factor.name << (factor.is_text ? "text" : "number") << factor.counted
             << swept_by.option << swept_by.client_option;
        rows.end();
    }
    return rows.text();
}

std::string figures_table(const Analysis& analysis) {
    CsvRows rows("cell,field,unit,meaning,value,low,high,scope,runs");
    for (std::size_t at = 0; at < analysis.cells().size(); ++at) {
        const Cell& cell = analysis.cells()[at];
        const std::size_t complete = cell.complete_runs();
        for (const auto& figure : cell.figures) {
            rows << at + 1 << figure.field->name << figure.field->unit << figure.field->meaning
                 << figure.value << figure.interval
                 << (!figure.interval ? ""
                     : complete == 1  ? "within_run"
                                      : "over_runs")
                 << complete;
            rows.end();
        }
    }
    return rows.text();
}

std::string comparisons_table(const Analysis& analysis) {
    CsvRows rows(
        "group,group_label,cell,server,baseline_cell,baseline,statistic,ratio,low,high,t_low,"
        "t_high,verdict,rounds,rounds_needed,comparisons");
    const auto groups = groups_of_cells(analysis);
    constexpr std::string_view prefix = "rtt_ns_";
    for (const auto& comparison : analysis.comparisons) {
        const Cell& cell = analysis.cells()[comparison.cell];
        const Cell& baseline = analysis.cells()[comparison.baseline];
        const auto& paired = comparison.paired;
        rows << groups[comparison.cell] + 1 << analysis.groups[groups[comparison.cell]].label
             << comparison.cell + 1 << cell.key.server() << comparison.baseline + 1
             << value_of(baseline.key, *analysis.request.by)
             << comparison.statistic->name.substr(prefix.size())
             << (paired ? std::optional(paired->ratio.point) : std::nullopt)
             << (paired ? paired->ratio.interval : std::nullopt)
             << (paired ? paired->paired_t : std::nullopt) << verdict_of(comparison.paired)
             << (paired ? paired->rounds : 0) << (paired ? paired->rounds_needed : std::nullopt)
             << analysis.family.comparisons();
        rows.end();
    }
    return rows.text();
}

std::string warnings_table(const Analysis& analysis) {
    CsvRows rows("id,message,remedy,cells,scope");
    for (const auto& found : warnings_of(analysis)) {
        rows << found.warning.id << found.warning.message << found.warning.remedy << found.cells
             << found.scope;
        rows.end();
    }
    return rows.text();
}

std::string environment_table(const Analysis& analysis) {
    CsvRows rows("key,value,values");
    for (const auto& fact : facts_of(pointers_to(analysis.cells()))) {
        rows << fact.key << fact.values.front() << fact.values.size();
        rows.end();
    }
    if (!analysis.results.seeds.empty()) {
        rows << "seed" << analysis.results.seeds.front() << analysis.results.seeds.size();
        rows.end();
    }
    return rows.text();
}

void write_tables(const Analysis& analysis, const std::string& directory) {
    using Table = std::string (*)(const Analysis&);
    constexpr std::array<std::pair<const char*, Table>, 11> tables{
        {{"meta.csv", meta_table},
         {"cells.csv", cells_table},
         {"factors.csv", factors_table},
         {"figures.csv", figures_table},
         {"runs.csv", runs_table},
         {"windows.csv", windows_table},
         {"spectrum.csv", spectrum_table},
         {"distribution.csv", distribution_table},
         {"comparisons.csv", comparisons_table},
         {"warnings.csv", warnings_table},
         {"environment.csv", environment_table}}};
    std::error_code error;
    std::filesystem::create_directories(directory, error);
    if (error || !std::filesystem::is_directory(directory)) {
        throw Error(ExitCode::usage,
                    "--tables '" + directory + "' cannot be made a directory" +
                        (error ? " (" + error.message() + ")" : ""),
                    "name a directory, or a place where one can be made");
    }
    for (const auto& [name, table] : tables) {
        const std::string text = table(analysis);
        ResultFile::open(directory + "/" + name, ResultFile::Mode::replace, {}, text.size())
            .write(text);
    }
}

}  // namespace volley
