#include "sweep/progress.hh"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "base/program.hh"
#include "base/shell_word.hh"
#include "base/units.hh"
#include "report/layout.hh"
#include "report/text_values.hh"

namespace volley {

namespace {

std::string figure_text(const RunResult& run, const std::string& statistic) {
    const Field* const field = find_statistic(statistic);
    const auto value = field->of_run(run);
    return statistic + " " + (value ? value_text(field->unit, *value) : "not known");
}

}  // namespace

std::string run_text(const SweepCell& cell, std::uint64_t round, const RunResult& run,
                     const std::vector<std::string>& statistics) {
    std::string text = cell_text(cell) + ", round " + std::to_string(round) + ": ";
    if (!run.complete) {
        return text + "failed: " + printable(run.error);
    }
    std::string figures;
    for (const auto& name : statistics) {
        figures += (figures.empty() ? "" : ", ") + figure_text(run, name);
    }
    return text + figures;
}

std::string short_run_text(const SweepCell& cell, const RunResult& run,
                           const std::string& statistic) {
    return (run.complete ? figure_text(run, statistic) : "a failure") + " of " + cell_text(cell);
}

std::string skipped_text(const std::vector<GridCell>& grid) {
    std::string text;
    for (const GridCell& one : grid) {
        if (!one.cell.skipped.empty()) {
            text += "skipped: " + cell_text(one.cell) + ": " + printable(one.cell.skipped) + "\n";
        }
    }
    return text;
}

std::string plan_text(const std::vector<GridCell>& grid, const Schedule& schedule,
                      const SweepExtent& extent) {
    std::string text = counted_plainly(grid.size(), "cell") + ":\n";
    for (std::size_t cell = 0; cell < grid.size(); ++cell) {
        const GridCell& one = grid[cell];
        text +=
            "  " + cell_text(one.cell) +
            (one.plan
                 ? ": server on CPUs " + format_cpu_list(one.plan->spec.run.placement.server_cpus) +
                       ", client on " + format_cpu_list(one.plan->spec.run.placement.client_cpus) +
                       ", driver " + to_string(one.plan->spec.run.driver) + ", " +
                       (extent.is_about ? "about " : "") +
                       counted_plainly(schedule.expected(cell), "run")
                 : ": skipped: " + printable(one.cell.skipped)) +
            "\n";
    }
    std::string order;
    for (const std::size_t cell : schedule.order(1)) {
        if (grid[cell].plan) {
            order += "  " + cell_text(grid[cell].cell) + "\n";
        }
    }
    return text + "The first round:\n" + order + count_text(extent) + " runs, about " +
           whole_time(extent.left_seconds) + " to go.\n";
}

std::string summary_text(const std::vector<GridCell>& grid, const Schedule& schedule,
                         const std::string& results) {
    std::map<CellState, std::size_t> cells;
    std::size_t runs = 0;
    std::size_t failed = 0;
    std::string given_up;
    for (std::size_t cell = 0; cell < grid.size(); ++cell) {
        const CellState state = schedule.state(cell);
        ++cells[state];
        runs += schedule.attempts(cell);
        failed += schedule.failures(cell);
        if (state == CellState::given_up) {
            given_up += "given up after " + std::to_string(Schedule::most_failures) +
                        " failures in a row: " + cell_text(grid[cell].cell) + "\n";
        }
    }
    std::string states;
    const auto add = [&](CellState state, const char* meaning) {
        if (cells[state] > 0) {
            states += (states.empty() ? "" : ", ") + std::to_string(cells[state]) + " " + meaning;
        }
    };
    add(CellState::complete, "complete");
    add(CellState::tight, "converged");
    add(CellState::spent, "stopped by a limit first");
    add(CellState::going_on, "not done yet");
    add(CellState::given_up, "given up");
    add(CellState::skipped, "skipped");
    std::string text = given_up + counted_plainly(runs, "run") +
                       (failed > 0 ? ", " + std::to_string(failed) + " of them failed" : "") +
                       "; " + counted_plainly(grid.size(), "cell") + ": " + states + "\n";
    text += "results: " + shell_word(results) + "\n";
    if (runs > failed) {
        text += "next:    " + call_of("compare") + " " + shell_word(results) +
                "\n         make plot RESULTS=" + shell_word(results) + "\n";
    }
    return text;
}

}  // namespace volley
