#include "stats/over_runs.hh"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <cmath>
#include <numeric>

#include "base/error.hh"
#include "stats/student.hh"
#include "stats/tie.hh"

namespace volley {

namespace {

double median_of_sorted(std::span<const double> sorted) {
    const std::size_t middle = sorted.size() / 2;
    return sorted.size() % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

struct Moments {
    double mean = 0;
    double squares = 0;  // of the deviations from the mean
};

Moments moments_of(std::span<const double> values) {
    Moments moments;
    moments.mean =
        std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
    for (const double value : values) {
        moments.squares += (value - moments.mean) * (value - moments.mean);
    }
    return moments;
}

std::optional<double> lag1_of(std::span<const double> values, const Moments& moments) {
    constexpr std::size_t least = 3;
    if (values.size() < least || !(moments.squares > 0)) {
        return std::nullopt;
    }
    double products = 0;
    for (std::size_t i = 1; i < values.size(); ++i) {
        products += (values[i] - moments.mean) * (values[i - 1] - moments.mean);
    }
    return products / moments.squares;
}

std::size_t runs_holding_excess(std::span<const double> sorted) {
    double total = 0;
    for (const double value : sorted) {
        total += value - sorted.front();
    }
    double held = 0;
    std::size_t runs = 0;
    while (runs < sorted.size() && held <= total / 2 && total > 0) {
        held += sorted[sorted.size() - 1 - runs] - sorted.front();
        ++runs;
    }
    return runs;
}

// Two modes: the split of the sorted values with the least deviation inside its two parts (Fisher,
// "On grouping for maximum homogeneity", 1958), accepted if the parts are far enough apart by
// Ashman's D (Ashman, Bird and Zepf 1994): the distance of the means in units of the parts'
// deviation. D above 2 is their limit for fitted mixtures; a cut tail is narrow, so halves of one
// normal distribution already have D = 2.65, and of a uniform one 3.46. The limit of 6 was set by
// simulation (20,000 series each): of normal and of lognormal(0.25) runs 1.9 % are called bimodal
// at 8 runs, 1.2 % at 10, 0.2 % at 20, fewer beyond; of runs that are 1.5 times as slow with
// probability 0.4, 80 % at 10 and 99 % at 20.
std::optional<Modes> find_modes(std::span<const double> sorted) {
    constexpr std::size_t least_in_mode = 3;
    constexpr std::size_t least_runs = 8;
    constexpr double least_separation = 6;
    if (sorted.size() < least_runs) {
        return std::nullopt;
    }
    // The least deviation inside the parts is the greatest between them, which one pass finds.
    const double mean = moments_of(sorted).mean;
    const auto runs = static_cast<double>(sorted.size());
    std::size_t best = 0;
    double most_between = -1;
    double left = 0;  // Σ(y − mean) so far; the rest holds as much with the other sign
    for (std::size_t split = 1; split + least_in_mode <= sorted.size(); ++split) {
        left += sorted[split - 1] - mean;
        const auto in_lower = static_cast<double>(split);
        const double between = left * left / (in_lower * (runs - in_lower));
        if (split >= least_in_mode && between > most_between) {
            best = split;
            most_between = between;
        }
    }
    const auto lower = sorted.first(best);
    const auto upper = sorted.subspan(best);
    const Moments low = moments_of(lower);
    const Moments high = moments_of(upper);
    const double variances = low.squares / static_cast<double>(lower.size() - 1) +
                             high.squares / static_cast<double>(upper.size() - 1);
    const double distance = high.mean - low.mean;
    if (!(distance * std::sqrt(2.0) > least_separation * std::sqrt(variances))) {
        return std::nullopt;
    }
    return Modes{best, median_of_sorted(lower), median_of_sorted(upper)};
}

}  // namespace

std::optional<std::size_t> sign_interval_rank(std::size_t runs, double confidence) {
    ensure(confidence > 0 && confidence < 1, "a confidence lies between 0 and 1");
    if (runs < least_runs_for(confidence)) {
        return std::nullopt;
    }
    const double tail = (1 - confidence) / 2;
    const boost::math::binomial heads(static_cast<double>(runs), 0.5);
    // Boost rounds this quantile outwards (downwards). The checks make the rank right under any
    // rounding policy: the greatest rank with P(fewer than `rank` runs below the median) <= tail.
    auto rank = 1 + static_cast<std::size_t>(std::floor(boost::math::quantile(heads, tail)));
    const auto attains = [&](std::size_t candidate) {
        return boost::math::cdf(heads, static_cast<double>(candidate - 1)) <= tail * tie;
    };
    while (rank > 1 && !attains(rank)) {
        --rank;
    }
    while (attains(rank + 1)) {
        ++rank;
    }
    return rank;
}

std::size_t least_runs_for(double confidence) {
    ensure(confidence > 0 && confidence < 1, "a confidence lies between 0 and 1");
    // All runs lie on one side of the median with probability 2 · (1/2)^R.
    std::size_t runs = 1;
    for (double both_tails = 1; both_tails > (1 - confidence) * tie; both_tails /= 2) {
        ++runs;
    }
    return runs;
}

OverRuns summarize_over_runs(std::span<const double> values, double confidence) {
    ensure(!values.empty(), "a summary over runs needs at least one run");
    const std::size_t runs = values.size();
    std::vector<double> sorted(values.begin(), values.end());
    std::sort(sorted.begin(), sorted.end());

    OverRuns summary;
    summary.median.point = median_of_sorted(sorted);
    if (const auto rank = sign_interval_rank(runs, confidence)) {
        summary.median.interval = Interval{sorted[*rank - 1], sorted[runs - *rank]};
    }
    const Moments moments = moments_of(values);
    summary.mean = moments.mean;
    if (runs >= 2) {
        const double deviation = std::sqrt(moments.squares / static_cast<double>(runs - 1));
        const double half_width = student_t_critical(static_cast<double>(runs - 1), confidence) *
                                  deviation / std::sqrt(static_cast<double>(runs));
        summary.t_interval = Interval{moments.mean - half_width, moments.mean + half_width};
        if (moments.mean > 0) {
            summary.variation = deviation / moments.mean;
        }
    }
    summary.lag1 = lag1_of(values, moments);
    summary.drift = summary.lag1 && *summary.lag1 > 2 / std::sqrt(static_cast<double>(runs));
    summary.bimodal = find_modes(sorted);
    summary.runs_holding_excess = runs_holding_excess(sorted);
    return summary;
}

std::optional<double> optimal_run_seconds(double restart_seconds, double within_variance_seconds,
                                          double between_variance) {
    if (!(between_variance > 0)) {
        return std::nullopt;
    }
    return std::sqrt(restart_seconds * within_variance_seconds / between_variance);
}

}  // namespace volley
