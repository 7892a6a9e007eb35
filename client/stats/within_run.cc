#include "stats/within_run.hh"

#include <algorithm>
#include <boost/math/distributions/beta.hpp>
#include <cmath>
#include <vector>

#include "base/error.hh"
#include "stats/student.hh"

namespace volley {

namespace {

constexpr std::size_t least_windows = 4;  // two pairs: one degree of freedom
constexpr double least_lag1 = 0.0;
constexpr double most_lag1 = 0.9;  // beyond this the inflation (1+ρ)/(1−ρ) is mere noise
constexpr double most_skew_term =
    0.25;  // keeps Johnson's transformation monotonic where it is used
constexpr double least_effective_in_tail = 20;
constexpr double trend_limit = 1.645;  // one-sided 5 %
constexpr double third_limit = 3;      // standard errors

// The windows that count: without the first eighth, where remains of the warm-up are worst, and (if
// an interval is possible) an even number, so that neighbours pair up.
std::span<const Histogram> kept_windows(std::span<const Histogram> windows) {
    auto kept = windows.subspan(windows.size() / 8);
    if (kept.size() > least_windows && kept.size() % 2 == 1) {
        kept = kept.subspan(1);
    }
    return kept;
}

// A ratio estimate over windows, Σ numerator / Σ denominator, and how far each window lies from it.
struct Ratio {
    double value = 0;
    double denominator = 0;          // of all windows
    std::vector<double> deviations;  // numerator_i − value · denominator_i; they add up to 0
    double squares = 0;              // of the deviations
};

template <typename Numerator>
Ratio ratio_of(std::span<const Histogram> windows, Numerator numerator_of) {
    Ratio ratio;
    std::vector<double> numerators;
    double numerator = 0;
    for (const Histogram& window : windows) {
        numerators.push_back(numerator_of(window));
        numerator += numerators.back();
        ratio.denominator += static_cast<double>(window.count());
    }
    if (ratio.denominator > 0) {
        ratio.value = numerator / ratio.denominator;
    }
    for (std::size_t i = 0; i < windows.size(); ++i) {
        const double deviation =
            numerators[i] - ratio.value * static_cast<double>(windows[i].count());
        ratio.deviations.push_back(deviation);
        ratio.squares += deviation * deviation;
    }
    return ratio;
}

Ratio mean_of(std::span<const Histogram> windows) {
    return ratio_of(windows,
                    [](const Histogram& window) { return static_cast<double>(window.sum()); });
}

double batch_factor(std::size_t batches) {
    const auto count = static_cast<double>(batches);
    return count / (count - 1);
}

// The variance of a ratio from an even number of windows, allowing for autocorrelation: the larger
// of the batch variance, inflated as for an AR(1) with the windows' lag-1, and the lugsail
// combination of batches and pairs of batches.
double variance_of(const Ratio& ratio) {
    const std::vector<double>& d = ratio.deviations;
    if (!(ratio.squares > 0)) {
        return 0;
    }
    double products = 0;
    double pair_squares = 0;
    for (std::size_t i = 1; i < d.size(); ++i) {
        products += d[i] * d[i - 1];
        if (i % 2 == 1) {
            pair_squares += (d[i] + d[i - 1]) * (d[i] + d[i - 1]);
        }
    }
    const double scale = 1 / (ratio.denominator * ratio.denominator);
    const double single = batch_factor(d.size()) * ratio.squares * scale;
    const double paired = batch_factor(d.size() / 2) * pair_squares * scale;
    const double lag1 = std::clamp(products / ratio.squares, least_lag1, most_lag1);
    return std::max(single * (1 + lag1) / (1 - lag1), 2 * paired - single);
}

double degrees_of_freedom(std::size_t windows) {
    return static_cast<double>(windows) / 2 - 1;
}

// Johnson's modified t for a skewed mean (Johnson 1978), in the monotonic form of Hall and Willink.
double unskewed(double z, double b) {
    constexpr double nearly_symmetric = 1e-6;  // where the quotient below would be mere rounding
    if (std::abs(b) < nearly_symmetric) {
        return z;
    }
    return (std::cbrt(1 + 6 * b * (z - b)) - 1) / (2 * b);
}

double skew_term(const Ratio& ratio) {
    if (!(ratio.squares > 0)) {
        return 0;
    }
    const auto count = static_cast<double>(ratio.deviations.size());
    double cubes = 0;
    for (const double deviation : ratio.deviations) {
        cubes += deviation * deviation * deviation;
    }
    const double skewness = (cubes / count) / std::pow(ratio.squares / count, 1.5);
    return std::clamp(skewness / (6 * std::sqrt(count)), -most_skew_term, most_skew_term);
}

Histogram pool(std::span<const Histogram> windows) {
    Histogram all;
    for (const Histogram& window : windows) {
        all.merge(window);
    }
    return all;
}

// Clopper and Pearson's limits of the share p, for a sample size that need not be a whole number
// (Korn and Graubard 1998).
Interval share_limits(double p, double samples, double confidence) {
    const double hits = p * samples;
    const double tail = (1 - confidence) / 2;
    const boost::math::beta_distribution<> below(hits, samples - hits + 1);
    const boost::math::beta_distribution<> above(hits + 1, samples - hits);
    return {boost::math::quantile(below, tail),
            boost::math::quantile(boost::math::complement(above, tail))};
}

// The windows' trips at or below the bucket edge next to the p quantile, as a share of all.
Ratio share_at_edge(std::span<const Histogram> windows, const Histogram& pooled, double p,
                    double quantile) {
    const std::size_t bucket = Histogram::bucket_of(static_cast<std::uint64_t>(quantile));
    const double rank = p * static_cast<double>(pooled.count());
    const std::uint64_t through = pooled.count_through(bucket);
    const std::uint64_t before = through - pooled.count_in(bucket);
    // Linear within a bucket, so the nearer edge also has the nearer count.
    const bool lower =
        before > 0 && rank - static_cast<double>(before) < static_cast<double>(through) - rank;
    return ratio_of(windows, [&](const Histogram& window) {
        const std::uint64_t here = lower ? window.count_in(bucket) : 0;
        return static_cast<double>(window.count_through(bucket) - here);
    });
}

// Successive differences against the spread (von Neumann 1941): positive where neighbours are
// alike.
double von_neumann_z(const Ratio& ratio) {
    if (!(ratio.squares > 0)) {
        return 0;
    }
    const std::vector<double>& d = ratio.deviations;
    double differences = 0;
    for (std::size_t i = 1; i < d.size(); ++i) {
        differences += (d[i] - d[i - 1]) * (d[i] - d[i - 1]);
    }
    const auto count = static_cast<double>(d.size());
    return (2 - differences / ratio.squares) / std::sqrt(4 * (count - 2) / (count * count - 1));
}

// Each third has its own variance, so that a difference between them does not hide itself by
// raising a common one.
bool thirds_differ(std::span<const Histogram> windows) {
    const std::size_t third = windows.size() / 3 / 2 * 2;  // even, for the pairs
    if (third < least_windows) {
        return false;
    }
    const Ratio first = mean_of(windows.first(third));
    const Ratio last = mean_of(windows.last(third));
    if (!(first.denominator > 0) || !(last.denominator > 0)) {
        return false;
    }
    return std::abs(last.value - first.value) >
           third_limit * std::sqrt(variance_of(first) + variance_of(last));
}

}  // namespace

std::optional<Estimate> mean_within_run(std::span<const Histogram> windows, double confidence) {
    const auto kept = kept_windows(windows);
    const Ratio mean = mean_of(kept);
    if (!(mean.denominator > 0)) {
        return std::nullopt;
    }
    Estimate estimate{mean.value, std::nullopt};
    if (kept.size() >= least_windows) {
        const double t = student_t_critical(degrees_of_freedom(kept.size()), confidence);
        const double error = std::sqrt(variance_of(mean));
        const double b = skew_term(mean);
        estimate.interval = Interval{mean.value - std::max(t, unskewed(t, b)) * error,
                                     mean.value + std::max(t, -unskewed(-t, b)) * error};
    }
    return estimate;
}

std::optional<Estimate> quantile_within_run(std::span<const Histogram> windows, double p,
                                            double confidence) {
    ensure(p > 0 && p < 1, "a quantile within a run lies between 0 and 1");
    const auto kept = kept_windows(windows);
    const Histogram pooled = pool(kept);
    const std::optional<double> quantile = pooled.quantile(p);
    if (!quantile) {
        return std::nullopt;
    }
    Estimate estimate{*quantile, std::nullopt};
    if (kept.size() < least_windows) {
        return estimate;
    }
    const Ratio share = share_at_edge(kept, pooled, p, *quantile);
    const auto samples = static_cast<double>(pooled.count());
    const double design_effect = std::max(1.0, variance_of(share) / (p * (1 - p) / samples));
    const double t = student_t_critical(degrees_of_freedom(kept.size()), confidence);
    const double narrowing = normal_critical(confidence) / t;
    const double effective = samples / design_effect * narrowing * narrowing;
    if (effective * std::min(p, 1 - p) >= least_effective_in_tail) {
        const Interval shares = share_limits(p, effective, confidence);
        estimate.interval = Interval{*pooled.quantile(shares.low), *pooled.quantile(shares.high)};
    }
    return estimate;
}

RunFlags flags_within_run(std::span<const Histogram> windows) {
    RunFlags flags;
    const auto kept = kept_windows(windows);
    const Ratio mean = mean_of(kept);
    if (kept.size() < least_windows || !(mean.squares > 0)) {
        return flags;
    }
    flags.trend = von_neumann_z(mean) > trend_limit;
    flags.drift = flags.trend || thirds_differ(kept);
    const double largest = std::abs(*std::max_element(
        mean.deviations.begin(), mean.deviations.end(),
        [](double left, double right) { return std::abs(left) < std::abs(right); }));
    flags.tail_dominated = largest * largest >= mean.squares / 2;
    return flags;
}

bool WithinRunStop::look(bool met, bool trend) {
    constexpr int looks_needed = 2;
    consecutive_ = met && !trend ? consecutive_ + 1 : 0;
    return consecutive_ >= looks_needed;
}

}  // namespace volley
