#include "sweep/resume.hh"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <utility>

#include "base/error.hh"
#include "base/joined.hh"

namespace volley {

namespace {

// The options in force for the runs, without those of single cells and those that only say when a
// cell has enough.
std::vector<Setting> settings_of_runs(const SweepPlan& plan) {
    std::vector<std::string> others{"seed", "round", "min-runs", "max-runs", "precision"};
    for (const Factor* factor : swept_factors()) {
        others.push_back(factor->sweep->client_option);
    }
    const SweepServer any{.name = "any", .path = "any", .metadata = {}, .skipped = ""};
    std::vector<Setting> settings = settings_of(cell_options(plan, any, first_key(plan)));
    std::erase_if(settings, [&](const Setting& setting) {
        return std::find(others.begin(), others.end(), setting.name) != others.end();
    });
    return settings;
}

std::optional<std::string> differ(const std::string& name, const std::string& there,
                                  const std::string& here) {
    if (there == here) {
        return std::nullopt;
    }
    const auto shown = [](const std::string& value) { return value.empty() ? "not given" : value; };
    return name + ": " + shown(there) + " there, " + shown(here) + " here";
}

std::optional<std::string> difference_of_options(const SweepPlan& there, const SweepPlan& here) {
    if (there.options == here.options) {
        return std::nullopt;
    }
    std::vector<Setting> old_ones;
    try {
        old_ones = settings_of_runs(there);
    } catch (const Error&) {
        // An option that this version does not have.
        return differ("options", joined(there.options, ","), joined(here.options, ","));
    }
    const std::vector<Setting> new_ones = settings_of_runs(here);
    for (const auto* settings : {&std::as_const(old_ones), &new_ones}) {
        for (const Setting& setting : *settings) {
            if (auto found = differ("--" + setting.name, value_of(old_ones, setting.name),
                                    value_of(new_ones, setting.name))) {
                return found;
            }
        }
    }
    return std::nullopt;
}

std::optional<std::size_t> cell_of(const MeasurementContext& context,
                                   const std::vector<GridCell>& grid) {
    const auto found = std::find_if(grid.begin(), grid.end(), [&](const GridCell& one) {
        return was_asked_for(one.cell.key, context);
    });
    return found == grid.end() ? std::nullopt
                               : std::optional(static_cast<std::size_t>(found - grid.begin()));
}

void check_same(const SweepRecord& recorded, const std::string& path, const SweepPlan& plan,
                std::optional<std::uint64_t> seed) {
    auto found = difference(recorded.plan, plan);
    if (!found && seed && *seed != recorded.seed) {
        found = differ("seed", std::to_string(recorded.seed), std::to_string(*seed));
    }
    if (found) {
        throw Error(ExitCode::usage, path + " holds another sweep (" + *found + ")",
                    "to resume that sweep, repeat its command; for this one, choose another --out");
    }
}

}  // namespace

Attempt attempt_of(const RunResult& run, std::size_t cell, std::uint64_t round,
                   const std::vector<std::string>& statistics) {
    Attempt attempt{.cell = cell, .round = round, .complete = run.complete};
    attempt.seconds =
        run.setup_seconds + run.warmup_seconds + run.measured_seconds + run.teardown_seconds;
    if (run.complete) {
        for (const auto& name : statistics) {
            attempt.values.push_back(find_statistic(name)->of_run(run));
        }
    }
    return attempt;
}

std::optional<std::string> difference(const SweepPlan& there, const SweepPlan& here) {
    for (const Factor* factor : swept_factors()) {
        if (auto found = differ(factor->sweep->option, joined(there.lists.texts(*factor), ","),
                                joined(here.lists.texts(*factor), ","))) {
            return found;
        }
    }
    return difference_of_options(there, here);
}

RecordedSweep read_recorded(const std::string& path, const SweepPlan& plan,
                            std::optional<std::uint64_t> seed, const std::vector<GridCell>& grid) {
    RecordedSweep recorded{
        .first = {}, .last = {}, .attempts = {}, .problems = {}, .builds = Builds(path)};
    std::error_code error;
    if (!std::filesystem::exists(path, error)) {
        return recorded;
    }
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        throw Error(ExitCode::failed, path + " cannot be opened for reading",
                    "change its permissions, or choose another --out");
    }
    ResultReader reader(file, path);
    while (auto record = reader.next()) {
        if (auto* const sweep = std::get_if<SweepRecord>(&*record)) {
            check_same(*sweep, path, plan, seed);
            recorded.first = recorded.first ? recorded.first : *sweep;
            recorded.last = std::move(*sweep);
            continue;
        }
        const auto* const run = std::get_if<RunRecord>(&*record);
        const auto cell = run != nullptr ? cell_of(run->context, grid) : std::nullopt;
        if (!recorded.first || !cell || run->context.round == 0) {
            throw Error(ExitCode::usage,
                        path + ":" + std::to_string(reader.line()) +
                            ": this record does not belong to the sweep",
                        "choose another --out");
        }
        recorded.builds.add(run->context, run->run, ExitCode::usage);
        const auto& statistics = grid[*cell].options.statistics;
        recorded.attempts.push_back(attempt_of(run->run, *cell, run->context.round, statistics));
    }
    recorded.problems = reader.problems();
    return recorded;
}

}  // namespace volley
