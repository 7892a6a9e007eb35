#include "stats/comparison.hh"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/error.hh"
#include "stats/over_runs.hh"
#include "stats/rank_sum.hh"

namespace volley {

namespace {

// With fewer rounds, no difference is claimed.
constexpr std::size_t least_rounds_of_a_claim = 10;

// A smaller difference does not matter, and placement alone can cause it.
const double least_log_ratio = std::log(1.01);

constexpr double most_rounds_estimated = 1e9;

Interval exponential(const Interval& logs) {
    return {std::exp(logs.low), std::exp(logs.high)};
}

Verdict judge(const Estimate& log_ratio, std::size_t rounds) {
    if (rounds < least_rounds_of_a_claim || !log_ratio.interval) {
        return Verdict::more_rounds_needed;
    }
    if (log_ratio.interval->high < 0 && log_ratio.point < -least_log_ratio) {
        return Verdict::lower;
    }
    if (log_ratio.interval->low > 0 && log_ratio.point > least_log_ratio) {
        return Verdict::higher;
    }
    return Verdict::cannot_be_told_apart;
}

// The half-width shrinks with the root of the rounds. Nothing if the ratio is 1 and there are
// enough rounds. least: the rounds that an interval needs.
std::optional<std::size_t> estimate_rounds(const Estimate& log_ratio, std::size_t rounds,
                                           std::size_t least) {
    least = std::max(least_rounds_of_a_claim, least);
    if (!log_ratio.interval) {
        return least;
    }
    const double distance = std::abs(log_ratio.point);
    if (!(distance > 0)) {
        return rounds < least ? std::optional(least) : std::nullopt;
    }
    const double half_width = std::max(log_ratio.interval->high - log_ratio.point,
                                       log_ratio.point - log_ratio.interval->low);
    const double ratio = half_width / distance;
    const double needed =
        std::min(std::ceil(static_cast<double>(rounds) * ratio * ratio), most_rounds_estimated);
    return std::max(least, static_cast<std::size_t>(needed));
}

double confidence_of_each(double confidence, std::size_t comparisons) {
    ensure(comparisons >= 1, "a comparison is one of at least one");
    return 1 - (1 - confidence) / static_cast<double>(comparisons);
}

std::vector<double> logs_of(std::span<const double> values) {
    std::vector<double> logs;
    for (const double value : values) {
        ensure(value > 0, "ratios are taken of values above 0");
        logs.push_back(std::log(value));
    }
    return logs;
}

}  // namespace

std::size_t ClaimFamily::divisor(std::size_t statistic) const {
    ensure(pairs >= 1 && statistic < statistics, "a claim is of its family");
    const std::size_t halves = statistics > 1 ? 2 : 1;
    return pairs * halves * (statistic == 0 ? 1 : statistics - 1);
}

std::size_t ClaimFamily::least_rounds(double confidence) const {
    const std::size_t most = std::max(divisor(0), divisor(statistics - 1));
    return std::max(least_rounds_of_a_claim, least_runs_for(confidence_of_each(confidence, most)));
}

Comparison compare_paired(std::span<const double> a, std::span<const double> b, double confidence,
                          std::size_t comparisons) {
    ensure(!a.empty() && a.size() == b.size(), "a comparison pairs values round by round");
    std::vector<double> logs(a.size());
    for (std::size_t round = 0; round < a.size(); ++round) {
        ensure(a[round] > 0 && b[round] > 0, "ratios are taken of values above 0");
        logs[round] = std::log(a[round] / b[round]);
    }
    const double each = confidence_of_each(confidence, comparisons);
    const OverRuns summary = summarize_over_runs(logs, each);

    Comparison comparison;
    comparison.rounds = a.size();
    comparison.ratio.point = std::exp(summary.median.point);
    if (summary.median.interval) {
        comparison.ratio.interval = exponential(*summary.median.interval);
    }
    if (summary.t_interval) {
        comparison.paired_t = exponential(*summary.t_interval);
    }
    comparison.verdict = judge(summary.median, a.size());
    comparison.rounds_needed = estimate_rounds(summary.median, a.size(), least_runs_for(each));
    return comparison;
}

Comparison compare_unpaired(std::span<const double> a, std::span<const double> b, double confidence,
                            std::size_t comparisons) {
    const double each = confidence_of_each(confidence, comparisons);
    const Estimate shift = shift_between(logs_of(a), logs_of(b), each);

    Comparison comparison;
    comparison.rounds = std::min(a.size(), b.size());
    comparison.ratio.point = std::exp(shift.point);
    if (shift.interval) {
        comparison.ratio.interval = exponential(*shift.interval);
    }
    comparison.verdict = judge(shift, comparison.rounds);
    comparison.rounds_needed = estimate_rounds(shift, comparison.rounds, least_values_for(each));
    return comparison;
}

}  // namespace volley
