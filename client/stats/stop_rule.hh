// When a measurement over runs has enough: pure decision from the values so far.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/units.hh"
#include "stats/over_runs.hh"

namespace volley {

struct StopRule {
    double precision = 0.05;   // target of the larger half-width, relative to the point
    double confidence = 0.95;  // of the interval
    std::size_t least_runs = 10;
    std::size_t most_runs = 60;
    Duration budget = std::chrono::seconds(180);  // of the whole measurement
};

enum class StopReason {
    go_on,
    precision_reached,
    run_limit,
    time_limit,
};

struct StopDecision {
    StopReason reason = StopReason::go_on;
    // About how many runs in all would reach the target for the worst statistic: R ·
    // (half-width/target)². Nothing while no interval is known.
    std::optional<std::size_t> runs_needed;
};

// Remembers whether the runs so far met the target, because two consecutive hits are asked for.
class RunStopper {
  public:
    explicit RunStopper(const StopRule& rule) : rule_(rule) {}

    // Call once after every run. summaries: one a stop statistic that has values, over all runs so
    // far (runs of them). elapsed: since the measurement began. next_run: how long another run is
    // expected to take; a run that would end beyond the budget is not begun.
    [[nodiscard]] StopDecision after_run(std::span<const OverRuns> summaries, std::size_t runs,
                                         Duration elapsed, Duration next_run);

  private:
    StopRule rule_;
    int consecutive_hits_ = 0;
};

}  // namespace volley
