#include "stats/stop_rule.hh"

#include <algorithm>
#include <cmath>

namespace volley {

namespace {

// One good look may be luck; a second in a row must confirm it.
constexpr int hits_needed = 2;

// Beyond this many runs the estimate only says "far away".
constexpr double most_runs_estimated = 1e9;

// The worst relative half-width. Nothing while any statistic has no interval, or if none has a
// value: the cost of a server that is not ours is unknown.
std::optional<double> worst_precision(std::span<const OverRuns> summaries) {
    if (summaries.empty()) {
        return std::nullopt;
    }
    double worst = 0;
    for (const OverRuns& summary : summaries) {
        const std::optional<double> precision = summary.median.precision();
        if (!precision) {
            return std::nullopt;
        }
        worst = std::max(worst, *precision);
    }
    return worst;
}

}  // namespace

StopDecision RunStopper::after_run(std::span<const OverRuns> summaries, std::size_t runs,
                                   Duration elapsed, Duration next_run) {
    const std::optional<double> worst = worst_precision(summaries);
    consecutive_hits_ = worst && *worst <= rule_.precision ? consecutive_hits_ + 1 : 0;

    StopDecision decision;
    if (worst) {
        const double ratio = *worst / rule_.precision;
        const double needed = std::ceil(static_cast<double>(runs) * ratio * ratio);
        decision.runs_needed =
            static_cast<std::size_t>(std::clamp(needed, 1.0, most_runs_estimated));
    }
    if (runs >= rule_.least_runs && consecutive_hits_ >= hits_needed) {
        decision.reason = StopReason::precision_reached;
    } else if (runs >= rule_.most_runs) {
        decision.reason = StopReason::run_limit;
    } else if (elapsed + next_run > rule_.budget) {
        decision.reason = StopReason::time_limit;
    }
    return decision;
}

}  // namespace volley
