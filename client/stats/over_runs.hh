// The headline figure: the summary over runs of fresh server processes.
//
// The run is the unit. Point: the median over runs. Interval: order statistics (the sign interval).
// On real servers it held its nominal coverage; intervals over pooled trips or connections, and
// Student's t, did not.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "stats/interval.hh"

namespace volley {

// The 1-based rank k so that [y_(k), y_(R+1−k)] covers the median with at least `confidence`: 1 +
// floor(quantile(binomial(R, 1/2), (1 − confidence)/2)), if that attains the level (6 → 1, 8 → 1, 9
// → 2, 10 → 2, 12 → 3 … at 0.95). Nothing if R is too small (fewer than six at 0.95).
[[nodiscard]] std::optional<std::size_t> sign_interval_rank(std::size_t runs, double confidence);

// The least number of runs that can give an interval at this confidence: 6 at 0.95.
[[nodiscard]] std::size_t least_runs_for(double confidence);

struct Modes {
    std::size_t in_first = 0;  // runs near `first`
    double first = 0;          // the lower mode's median
    double second = 0;         // the higher mode's median
};

struct OverRuns {
    Estimate median;                     // the headline
    double mean = 0;                     // secondary
    std::optional<Interval> t_interval;  // mean ± t·s/√R, secondary and labelled as such
    std::optional<double> variation;     // between-run coefficient of variation (s/mean)
    std::optional<double> lag1;          // lag-1 autocorrelation of y over run order
    bool drift = false;                  // lag1 beyond 2/√R: the figure holds only for this hour
    std::optional<Modes> bimodal;        // k runs near a, the others near b
    std::size_t runs_holding_excess =
        0;  // how many of the highest runs hold most (over half) of Σ(y − min y)
};

// values: one statistic, one value for each run, in run order; at least one. Any unit.
[[nodiscard]] OverRuns summarize_over_runs(std::span<const double> values, double confidence);

// The run length that would minimize total time for the same precision (Kalibera and Jones 2013,
// two levels): √(restart cost · within-run variance per second of measuring ÷ between-run
// variance), in seconds. within_variance: mean over runs of the squared standard error of the run's
// mean times measured seconds; between: variance of run means minus its within part. Nothing if the
// between-run variance is not above 0.
[[nodiscard]] std::optional<double> optimal_run_seconds(double restart_seconds,
                                                        double within_variance_seconds,
                                                        double between_variance);

}  // namespace volley
