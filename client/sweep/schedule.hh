// What to measure next, and when to stop: a pure decision from the plan and the runs so far.
//
// Each round runs every cell once, in an order shuffled by (seed, round), so that a drifting
// machine affects all alike and a comparison can pair the runs of one round. Only the seed and the
// runs decide, so a sweep that was stopped goes on as if it had not been.
//
// With "auto", whole groups go on or end (a group: the cells that are compared with one another),
// because cells missing from a round cannot be paired. A group has enough when each of its cells,
// by the rule of a single measurement (stats/stop_rule.hh), is as tight as asked or has spent its
// budget. Time means that of the runs themselves, as recorded.
//
// It uses no server, no file and no clock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "stats/stop_rule.hh"

namespace volley {

struct ScheduleRules {
    std::uint64_t seed = 0;
    std::optional<std::size_t> runs;  // exactly this many rounds; nothing: auto
    StopRule stop;                    // of each cell, for auto
};

struct ScheduledCell {
    std::size_t group = 0;  // counted from 0
    bool skipped = false;
};

// A run that was made and recorded.
struct Attempt {
    std::size_t cell = 0;
    std::uint64_t round = 0;  // from 1
    bool complete = false;
    double seconds = 0;  // from the start of the server to its end
    // The stop statistics, in their order; nothing where this run has no value. Empty: incomplete.
    std::vector<std::optional<double>> values;
};

// The next run.
struct Step {
    std::uint64_t round = 0;
    std::size_t cell = 0;
};

enum class CellState {
    going_on,
    tight,     // auto: as tight as asked
    spent,     // auto: the budget is spent
    complete,  // as many runs as were asked for
    skipped,
    given_up,  // failed three times in a row
};

class Schedule {
  public:
    // Failures in a row after which a cell is given up.
    static constexpr std::size_t most_failures = 3;

    Schedule(const ScheduleRules& rules, const std::vector<ScheduledCell>& cells);

    // Takes runs into account, in the order in which they were made. False, and ignored, if the
    // cell has already been measured in this round.
    bool add(const Attempt& attempt);
    // Stops measuring the cell: its server says that it cannot run here.
    void skip(std::size_t cell);

    // Nothing: every cell has enough.
    [[nodiscard]] std::optional<Step> next() const;

    [[nodiscard]] CellState state(std::size_t cell) const;
    [[nodiscard]] std::size_t attempts(std::size_t cell) const;
    [[nodiscard]] std::size_t failures(std::size_t cell) const;
    // Runs that the cell will have in the end; with auto an estimate.
    [[nodiscard]] std::size_t expected(std::size_t cell) const;
    // Mean over its runs; nothing before the first.
    [[nodiscard]] std::optional<double> seconds_a_run(std::size_t cell) const;

    // All cells in the order of a round.
    [[nodiscard]] std::vector<std::size_t> order(std::uint64_t round) const;

  private:
    struct Progress {
        ScheduledCell cell;
        std::set<std::uint64_t> rounds;
        std::uint64_t missing = 1;  // the first round without a run
        std::size_t failures = 0;
        std::size_t failures_in_a_row = 0;
        std::size_t complete = 0;
        double seconds = 0;
        std::vector<std::vector<double>> values;  // one series a statistic
        RunStopper stopper;
        StopDecision decision;
    };
    [[nodiscard]] static bool is_given_up(const Progress& progress);
    [[nodiscard]] static bool is_active(const Progress& progress);
    [[nodiscard]] std::uint64_t wanted(const Progress& progress) const;
    void decide(Progress& progress) const;
    void open_rounds();

    ScheduleRules rules_;
    std::vector<Progress> cells_;
    std::vector<std::uint64_t> open_;  // per group: rounds that it is to have so far
    std::vector<bool> enough_;         // a group
};

}  // namespace volley
