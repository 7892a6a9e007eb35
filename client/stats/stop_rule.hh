// Decides when a measurement has enough runs, from the values so far. Pure.
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
    double precision = 0.05;   // target for the larger half-width, relative to the point
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
    // An estimate of the total number of runs that reach the target for the worst statistic: R ·
    // (half-width/target)². Nothing while no interval is known.
    std::optional<std::size_t> runs_needed;
};

// Remembers whether the runs so far met the target, because two hits in a row are required.
class RunStopper {
  public:
    explicit RunStopper(const StopRule& rule) : rule_(rule) {}

    // Call once after every run. summaries: one for each stop statistic that has values, over all
    // `runs` so far. elapsed: since the measurement began. next_run: how long another run is
    // expected to take; no run is begun that would end beyond the budget.
    [[nodiscard]] StopDecision after_run(std::span<const OverRuns> summaries, std::size_t runs,
                                         Duration elapsed, Duration next_run);

  private:
    StopRule rule_;
    int consecutive_hits_ = 0;
};

}  // namespace volley
