#include "run/verdict.hh"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <map>
#include <utility>

#include "base/joined.hh"
#include "base/units.hh"
#include "stats/student.hh"

namespace volley {

namespace {

std::string percent(double share) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.3g %%", share * 100);
    return text.data();
}

// The least number of runs for which Kalibera and Jones's optimum is meaningful.
constexpr std::size_t runs_for_optimum = 10;

std::uint64_t longest_of(const MeasurementResult& result) {
    std::uint64_t longest = 0;
    for (const auto& run : result.runs) {
        longest = std::max(longest, longest_trip_ns(run));
    }
    return longest;
}

std::optional<double> covered_in_median(const MeasurementResult& result) {
    const auto values = values_over_runs(result, *find_statistic("covered_share"));
    return values.empty()
               ? std::nullopt
               : std::optional(summarize_over_runs(values, result.context.confidence).median.point);
}

std::optional<double> optimal_seconds(const MeasurementResult& result) {
    std::vector<double> means;
    double within = 0;
    double overhead = 0;
    double seconds = 0;
    // For a two-sided interval: half-width over standard error, close enough for a hint.
    const double errors_in_half_width = normal_critical(result.context.confidence);
    for (const auto& run : result.runs) {
        if (!run.complete || !run.mean || !run.mean->interval) {
            continue;
        }
        means.push_back(run.mean->point);
        const double error =
            (run.mean->interval->high - run.mean->interval->low) / 2 / errors_in_half_width;
        within += error * error * run.measured_seconds;
        overhead += run.setup_seconds + run.warmup_seconds + run.teardown_seconds;
        seconds += run.measured_seconds;
    }
    if (means.size() < runs_for_optimum) {
        return std::nullopt;
    }
    const auto count = static_cast<double>(means.size());
    double mean = 0;
    for (const double value : means) {
        mean += value / count;
    }
    double variance = 0;
    for (const double value : means) {
        variance += (value - mean) * (value - mean) / (count - 1);
    }
    within /= count;
    const auto optimum =
        optimal_run_seconds(overhead / count, within, variance - within / (seconds / count));
    // Limited to what --run-time takes: the nearest limit is the best possible.
    return optimum ? std::optional(std::clamp(*optimum, to_seconds(shortest_run_time),
                                              to_seconds(longest_run_time)))
                   : std::nullopt;
}

RunFacts facts_of(const MeasurementResult& result, const MeasurementSpec& spec) {
    RunFacts facts;
    facts.clock_reading_ns = result.context.calibration.clock_reading_ns;
    facts.longest_clock_gap_ns = result.context.calibration.clock_gap_longest_ns;
    facts.single_run = result.runs.size() == 1;
    facts.server_is_ours = result.context.server_is_ours;
    facts.not_offloaded = not_offloaded(result);
    facts.least_trips = spec.run.least_trips;
    for (const auto& run : result.runs) {
        add_run_facts(facts, run);
    }
    for (const auto& name : spec.statistics) {
        const auto values = values_over_runs(result, *find_statistic(name));
        if (!values.empty()) {
            const OverRuns summary = summarize_over_runs(values, spec.stop.confidence);
            facts.drift_over_runs = facts.drift_over_runs || summary.drift;
            facts.bimodal = facts.bimodal || summary.bimodal.has_value();
        }
    }
    return facts;
}

void describe_what_is_missing(MeasurementResult& result, const MeasurementSpec& spec) {
    auto& details = result.verdict_details;
    for (const auto& name : spec.statistics) {
        const auto values = values_over_runs(result, *find_statistic(name));
        if (values.empty() && !result.runs.empty()) {
            details.push_back(name + ": not known in any run");
        }
        if (values.size() < 2) {
            continue;
        }
        const OverRuns summary = summarize_over_runs(values, spec.stop.confidence);
        if (!summary.median.interval) {
            details.push_back(
                name + ": " + std::to_string(values.size()) + " runs are too few for a " +
                format_chosen_share(spec.stop.confidence) + " interval, which needs " +
                std::to_string(least_runs_for(spec.stop.confidence)));
        }
        if (summary.variation) {
            details.push_back(name + ": runs vary by " + percent(*summary.variation) + "; " +
                              std::to_string(summary.runs_holding_excess) + " of " +
                              std::to_string(values.size()) + " account for most of the excess");
        }
    }
    if (is_stalled(result) && result.stop_reason.find(stall_text(result)) == std::string::npos) {
        details.push_back(stall_text(result));
    }
    if (const std::uint64_t longest = longest_of(result); longest > 0) {
        details.push_back("the longest round trip took " +
                          format_nanoseconds(static_cast<double>(longest)));
    }
}

}  // namespace

std::string stop_text(StopReason reason, const MeasurementSpec& spec) {
    const std::string target = joined(spec.statistics, " and ") +
                               (spec.statistics.size() == 1 ? " is" : " are") + " within ±" +
                               format_chosen_share(spec.stop.precision) + " at " +
                               format_chosen_share(spec.stop.confidence) + " confidence";
    switch (reason) {
        case StopReason::precision_reached:
            return target;
        case StopReason::run_limit:
            return spec.exact_runs
                       ? "all " + std::to_string(*spec.exact_runs) + " runs done before " + target
                       : "run limit (--max-runs) reached before " + target;
        case StopReason::time_limit:
            return "time limit (--max-time) reached " +
                   (spec.exact_runs && *spec.exact_runs > 1
                        ? "before all " + std::to_string(*spec.exact_runs) + " runs were done"
                        : "before " + target);
        case StopReason::go_on:
            break;
    }
    return "";
}

std::optional<Estimate> estimate_within_run(std::span<const Histogram> windows,
                                            std::string_view statistic, double confidence) {
    constexpr std::array<std::pair<std::string_view, double>, 4> quantiles{
        {{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p99_9", 0.999}}};
    const Field* field = find_statistic(statistic);
    if (field == nullptr) {
        return std::nullopt;
    }
    if (field == find_statistic("mean")) {
        return mean_within_run(windows, confidence);
    }
    for (const auto& [name, p] : quantiles) {
        if (field == find_statistic(name)) {
            return quantile_within_run(windows, p, confidence);
        }
    }
    return std::nullopt;
}

void add_run_facts(RunFacts& facts, const RunResult& run) {
    // Workers that share a CPU saturate it together.
    std::map<int, double> used;
    for (const auto& worker : run.workers) {
        double& share = used[worker.planned_cpu];
        share =
            worker.planned_cpu >= 0 ? share + worker.cpu_share : std::max(share, worker.cpu_share);
        facts.worker_share = std::max(facts.worker_share, share);
        facts.migrations += worker.migrations;
        if (run.measured_seconds > 0) {
            facts.involuntary_switches_per_second =
                std::max(facts.involuntary_switches_per_second,
                         static_cast<double>(worker.involuntary_switches) / run.measured_seconds);
        }
        constexpr double saturated = 0.95;
        facts.worker_saturated = facts.worker_saturated || worker.busy_share >= saturated;
    }
    if (run.server_share) {
        facts.server_share = std::max(facts.server_share.value_or(0), *run.server_share);
    }
    facts.steal_share = std::max(facts.steal_share, run.steal_share.value_or(0));
    facts.server_was_killed = facts.server_was_killed || run.server_was_killed;
    if (run.server_left_behind) {
        facts.server_left_behind = *run.server_left_behind;
    }
    if (!run.complete) {
        return;
    }
    ++facts.complete_runs;
    facts.longest_trip_ns =
        std::max(facts.longest_trip_ns, static_cast<double>(longest_trip_ns(run)));
    facts.stalled_runs += covered_share(run).value_or(1) < least_covered_share ? 1 : 0;
    facts.stalled = 2 * facts.stalled_runs > facts.complete_runs;
    facts.runs_with_few_trips += run.trips.count() < facts.least_trips ? 1 : 0;
    facts.fewest_trips = std::min(facts.fewest_trips, run.trips.count());
}

bool is_stalled(const MeasurementResult& result) {
    return covered_in_median(result).value_or(1) < least_covered_share;
}

std::string stall_text(const MeasurementResult& result) {
    return percent(1 - covered_in_median(result).value_or(1)) +
           " of connection time was spent in round trips that did not end within their run (the "
           "longest took " +
           format_nanoseconds(static_cast<double>(longest_of(result))) + ")";
}

void conclude(MeasurementResult& result, const MeasurementSpec& spec) {
    if (result.outcome != ExitCode::precision_reached) {
        describe_what_is_missing(result, spec);
    }
    if (!is_stalled(result)) {
        result.optimal_run_seconds = optimal_seconds(result);
    }
    result.warnings = warnings_after(facts_of(result, spec), result.context.placement);
}

}  // namespace volley
