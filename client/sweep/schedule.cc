#include "sweep/schedule.hh"

#include <algorithm>
#include <numeric>

#include "base/error.hh"
#include "base/random.hh"

namespace volley {

Schedule::Schedule(const ScheduleRules& rules, const std::vector<ScheduledCell>& cells)
    : rules_(rules) {
    std::size_t groups = 0;
    for (const auto& cell : cells) {
        cells_.push_back({.cell = cell, .stopper = RunStopper(rules.stop)});
        groups = std::max(groups, cell.group + 1);
    }
    open_.assign(groups, rules.runs.value_or(1));
    enough_.assign(groups, false);
    open_rounds();
}

// Once it is, a cell stays so.
bool Schedule::is_given_up(const Progress& progress) {
    return progress.failures_in_a_row == most_failures;
}

bool Schedule::is_active(const Progress& progress) {
    return !progress.cell.skipped && !is_given_up(progress);
}

std::uint64_t Schedule::wanted(const Progress& progress) const {
    return is_active(progress) ? open_[progress.cell.group] : 0;
}

bool Schedule::add(const Attempt& attempt) {
    ensure(attempt.cell < cells_.size() && attempt.round > 0,
           "an attempt is of a cell and a round");
    Progress& progress = cells_[attempt.cell];
    if (!progress.rounds.insert(attempt.round).second) {
        return false;
    }
    while (progress.rounds.contains(progress.missing)) {
        ++progress.missing;
    }
    progress.seconds += attempt.seconds;
    if (attempt.complete) {
        progress.failures_in_a_row = is_given_up(progress) ? most_failures : 0;
        ++progress.complete;
        progress.values.resize(std::max(progress.values.size(), attempt.values.size()));
        for (std::size_t at = 0; at < attempt.values.size(); ++at) {
            if (attempt.values[at]) {
                progress.values[at].push_back(*attempt.values[at]);
            }
        }
    } else {
        ++progress.failures;
        progress.failures_in_a_row = std::min(progress.failures_in_a_row + 1, most_failures);
    }
    if (!rules_.runs) {
        decide(progress);
    }
    open_rounds();
    return true;
}

void Schedule::skip(std::size_t cell) {
    cells_.at(cell).cell.skipped = true;
    open_rounds();
}

// Failed runs enter no figure, but they count as rounds and cost time.
void Schedule::decide(Progress& progress) const {
    std::vector<OverRuns> summaries;
    for (const auto& series : progress.values) {
        if (!series.empty()) {
            summaries.push_back(summarize_over_runs(series, rules_.stop.confidence));
        }
    }
    const Duration elapsed = from_seconds(progress.seconds);
    const Duration a_run =
        from_seconds(progress.seconds / static_cast<double>(progress.rounds.size()));
    if (summaries.empty()) {
        progress.decision.reason =
            elapsed + a_run > rules_.stop.budget ? StopReason::time_limit : StopReason::go_on;
        return;
    }
    progress.decision = progress.stopper.after_run(summaries, progress.complete, elapsed, a_run);
    if (progress.decision.reason == StopReason::go_on &&
        progress.rounds.size() >= rules_.stop.most_runs) {
        progress.decision.reason = StopReason::run_limit;
    }
}

// A group that has all runs of its open rounds either has enough or opens one more.
void Schedule::open_rounds() {
    for (std::size_t group = 0; group < open_.size(); ++group) {
        const auto all_of_group = [&](const auto& holds) {
            return std::all_of(cells_.begin(), cells_.end(), [&](const Progress& progress) {
                return progress.cell.group != group || !is_active(progress) || holds(progress);
            });
        };
        const auto has_all = [&](const Progress& progress) {
            return progress.missing > open_[group];
        };
        const auto has_enough = [](const Progress& progress) {
            return progress.decision.reason != StopReason::go_on;
        };
        while (!enough_[group] && all_of_group(has_all)) {
            if (rules_.runs || open_[group] >= rules_.stop.most_runs || all_of_group(has_enough)) {
                enough_[group] = true;
            } else {
                ++open_[group];
            }
        }
    }
}

std::optional<Step> Schedule::next() const {
    std::optional<std::uint64_t> round;
    for (const Progress& progress : cells_) {
        if (progress.missing <= wanted(progress)) {
            round = std::min(round.value_or(progress.missing), progress.missing);
        }
    }
    if (!round) {
        return std::nullopt;
    }
    for (const std::size_t cell : order(*round)) {
        if (cells_[cell].missing == *round && *round <= wanted(cells_[cell])) {
            return Step{*round, cell};
        }
    }
    ensure(false, "a round that lacks a run has a cell that lacks it");
    return std::nullopt;
}

CellState Schedule::state(std::size_t cell) const {
    const Progress& progress = cells_.at(cell);
    if (progress.cell.skipped) {
        return CellState::skipped;
    }
    if (!is_active(progress)) {
        return CellState::given_up;
    }
    if (progress.missing <= wanted(progress)) {
        return CellState::going_on;
    }
    if (rules_.runs) {
        return CellState::complete;
    }
    if (!enough_[progress.cell.group]) {
        return CellState::going_on;
    }
    return progress.decision.reason == StopReason::precision_reached ? CellState::tight
                                                                     : CellState::spent;
}

std::size_t Schedule::attempts(std::size_t cell) const {
    return cells_.at(cell).rounds.size();
}

std::size_t Schedule::failures(std::size_t cell) const {
    return cells_.at(cell).failures;
}

std::size_t Schedule::expected(std::size_t cell) const {
    const Progress& progress = cells_.at(cell);
    const std::size_t group = progress.cell.group;
    const std::size_t so_far = progress.rounds.size();
    if (!is_active(progress)) {
        return so_far;
    }
    if (rules_.runs || enough_[group]) {
        return std::max<std::size_t>(so_far, open_[group]);
    }
    std::size_t most = std::max(rules_.stop.least_runs, static_cast<std::size_t>(open_[group]));
    for (const Progress& other : cells_) {
        if (other.cell.group == group && is_active(other) && other.decision.runs_needed &&
            other.decision.reason == StopReason::go_on) {
            most = std::max(most, *other.decision.runs_needed);
        }
    }
    return std::max(so_far, std::min(most, rules_.stop.most_runs));
}

std::optional<double> Schedule::seconds_a_run(std::size_t cell) const {
    const Progress& progress = cells_.at(cell);
    if (progress.rounds.empty()) {
        return std::nullopt;
    }
    return progress.seconds / static_cast<double>(progress.rounds.size());
}

// The Fisher–Yates shuffle, written out because std::shuffle differs between libraries and a sweep
// may be resumed by a volley built with another one. The remainder's bias is below 2⁻⁴⁰ for any
// grid.
std::vector<std::size_t> Schedule::order(std::uint64_t round) const {
    SplitMix64 spread(rules_.seed);
    Xoshiro256pp random(spread() ^ SplitMix64(round)());
    std::vector<std::size_t> all(cells_.size());
    std::iota(all.begin(), all.end(), 0U);
    for (std::size_t left = all.size(); left > 1; --left) {
        std::swap(all[left - 1], all[random() % left]);
    }
    return all;
}

}  // namespace volley
