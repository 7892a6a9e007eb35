// A permanent list of wrong versions of the method. A check must catch each of them.
//
// A check proves nothing if no wrong version fails it. Every mistake here has been made, in
// published benchmarks or while this method was developed. The right version passes the same
// checks: hand-computed answers, and coverage within the same band. Seeds and bands are fixed,
// whatever VOLLEY_COVERAGE_SEEDS says.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <span>
#include <vector>

#include "stats/coverage.hh"
#include "stats/over_runs.hh"
#include "stats/simulated.hh"
#include "stats/stop_rule.hh"
#include "stats/student.hh"
#include "stats/within_run.hh"

namespace volley {

namespace {

bool within(std::size_t hits, std::size_t trials, Band band) {
    return share_of(hits, trials) >= band.low && share_of(hits, trials) <= band.high;
}

// A second, different implementation of the interval of the mean within a run, with a switch for
// each mistake. With the defaults it must agree with the library.
struct Method {
    bool leave_out_first_eighth = true;
    bool merge_pairs = true;
    bool clamp_lag1_below = true;
    bool clamp_lag1_above = true;
    bool degrees_from_pairs = true;
    bool student = true;
};

Interval mean_interval(std::span<const Histogram> windows, const Method& method) {
    if (method.leave_out_first_eighth) {
        windows = windows.subspan(windows.size() / 8);
    }
    windows = windows.subspan(windows.size() % 2);
    const std::size_t n = windows.size();
    double sum = 0;
    double trips = 0;
    for (const Histogram& window : windows) {
        sum += static_cast<double>(window.sum());
        trips += static_cast<double>(window.count());
    }
    const double mean = sum / trips;
    std::vector<double> d(n);
    double squares = 0;
    double cubes = 0;
    double neighbours = 0;
    double pairs = 0;
    for (std::size_t i = 0; i < n; ++i) {
        d[i] =
            static_cast<double>(windows[i].sum()) - mean * static_cast<double>(windows[i].count());
        squares += std::pow(d[i], 2);
        cubes += std::pow(d[i], 3);
        neighbours += i > 0 ? d[i] * d[i - 1] : 0;
        pairs += i % 2 == 1 ? std::pow(d[i] + d[i - 1], 2) : 0;
    }
    const auto count = static_cast<double>(n);
    const double v1 = count / (count - 1) * squares / (trips * trips);
    const double v2 = count / 2 / (count / 2 - 1) * pairs / (trips * trips);
    double lag1 = neighbours / squares;
    lag1 = method.clamp_lag1_below ? std::max(lag1, 0.0) : lag1;
    lag1 = method.clamp_lag1_above ? std::min(lag1, 0.9) : lag1;
    const double inflated = v1 * (1 + lag1) / (1 - lag1);
    const double error = std::sqrt(method.merge_pairs ? std::max(inflated, 2 * v2 - v1) : inflated);
    const double df = method.degrees_from_pairs ? count / 2 - 1 : count - 1;
    const double t =
        method.student ? student_t_critical(df, confidence) : normal_critical(confidence);
    const double skewness = cubes / count / std::pow(squares / count, 1.5);
    const double b = std::clamp(skewness / (6 * std::sqrt(count)), -0.25, 0.25);
    const auto g = [b](double z) {
        return std::abs(b) < 1e-6 ? z : (std::cbrt(1 + 6 * b * (z - b)) - 1) / (2 * b);
    };
    return {std::min(mean - t * error, mean - g(t) * error),
            std::max(mean + t * error, mean - g(-t) * error)};
}

using MeanInterval = std::function<Interval(std::span<const Histogram>)>;

MeanInterval variant(const Method& method) {
    return [method](std::span<const Histogram> windows) { return mean_interval(windows, method); };
}

Interval library_interval(std::span<const Histogram> windows) {
    return *mean_within_run(windows, confidence)->interval;
}

// Windows of 100 trips each, all of the same length within a window.
std::vector<Histogram> windows_at(const std::vector<double>& levels) {
    std::vector<Histogram> windows(levels.size());
    for (std::size_t i = 0; i < levels.size(); ++i) {
        for (int trip = 0; trip < 100; ++trip) {
            windows[i].record(static_cast<std::uint64_t>(levels[i]));
        }
    }
    return windows;
}

// The hand-computed half-widths. Every series has mean 10,000 and no skewness, and its first window
// is the eighth that is left out.
bool answers(const MeanInterval& interval, const std::vector<double>& levels, double half_width) {
    const Interval got = interval(windows_at(levels));
    return std::abs(got.low - (10000 - half_width)) < 1e-6 * half_width &&
           std::abs(got.high - (10000 + half_width)) < 1e-6 * half_width;
}

// Two up, two down. d = ±10,000, ΣN = 800: V1 = 8/7 · 8·10⁸/800² = 10⁴/7; ρ = 1/8, so
// V1·(1+ρ)/(1−ρ) = 9·10⁴/49. Pairs: V2 = 4/3 · 16·10⁸/800² = 10⁴/3; 2·V2 − V1 = 11·10⁴/21, which is
// larger. t with 3 degrees of freedom is 3.182446.
bool answers_swing(const MeanInterval& interval) {
    return answers(interval, {10000, 10100, 10100, 9900, 9900, 10100, 10100, 9900, 9900},
                   3.182446305284263 * std::sqrt(11e4 / 21));
}

// Up and down in turn: ρ = −7/8 counts as 0, V = V1 = 10⁴/7.
bool answers_alternation(const MeanInterval& interval) {
    return answers(interval, {10000, 10100, 9900, 10100, 9900, 10100, 9900, 10100, 9900},
                   3.182446305284263 * std::sqrt(1e4 / 7));
}

// 42 windows rising by 20 each: Σd² = 100²·20²·42·(42² − 1)/12, V1 = 42/41 · Σd²/4200²; ρ = 0.929
// counts as 0.9, so V = 19·V1. t with 20 degrees of freedom is 2.085963.
bool answers_rise(const MeanInterval& interval) {
    std::vector<double> levels(6, 10000);
    for (int i = 0; i < 42; ++i) {
        levels.push_back(10000 + 20 * i - 410);
    }
    const double squares = 400.0 * 42 * (42 * 42 - 1) / 12;
    return answers(interval, levels,
                   2.0859634472658364 * std::sqrt(19 * 42.0 / 41 * squares / (42 * 42)));
}

// Coverage of the mean: `trips` in all, in `windows` of equal numbers of trips.
bool covers(const MeanInterval& interval, const SimulatedSequence& sequence, std::size_t trips,
            std::size_t window_count, std::size_t seeds) {
    std::vector<double> drawn(trips);
    std::vector<Histogram> windows(window_count);
    std::size_t covered = 0;
    for (std::size_t seed = 0; seed < seeds; ++seed) {
        SimulatedSource source(seed);
        sequence.draw(source, drawn);
        record_in_windows(drawn, windows);
        covered += holds(interval(windows), sequence.truth[0]) ? 1 : 0;
    }
    ::testing::Test::RecordProperty(sequence.name, std::to_string(share_of(covered, seeds)));
    return within(covered, seeds, nominal_coverage);
}

// Nine windows, eight of them counted: three degrees of freedom, where a wrong critical value
// shows.
bool covers_with_few_windows(const MeanInterval& interval) {
    return covers(interval, autoregressive_sequence("few windows", 0.9), 9 * 16, 9, 4000);
}

// A tenth of the run is 10 % slower. If it is kept, the point shifts and the interval becomes far
// too wide.
bool covers_after_warm_up(const MeanInterval& interval) {
    const auto sequence =
        warm_up_sequence("after warm-up", [](double over) { return over < 0.1 ? 1.1 : 1.0; });
    return covers(interval, sequence, 48 * 256, 48, 400);
}

}  // namespace

TEST(WrongVersions, TheSecondWritingAgreesWithTheLibrary) {
    std::vector<double> trips(48 * 64);
    for (const auto& sequence : {pareto_sequence("pareto", 2.1), two_mode_sequence(),
                                 autoregressive_sequence("ar", 0.99)}) {
        for (std::uint64_t seed = 0; seed < 10; ++seed) {
            for (const std::size_t count : {9U, 33U, 48U}) {
                std::vector<Histogram> windows(count);
                SimulatedSource source(seed);
                sequence.draw(source, trips);
                record_in_windows(trips, windows);
                const Interval library = library_interval(windows);
                const Interval second = mean_interval(windows, {});
                const double library_width = library.high - library.low;
                EXPECT_NEAR(library.low, second.low, 1e-9 * library_width);
                EXPECT_NEAR(library.high, second.high, 1e-9 * library_width);
            }
        }
    }
}

TEST(WrongVersions, PairsNotMerged) {
    EXPECT_TRUE(answers_swing(library_interval));
    EXPECT_FALSE(answers_swing(variant({.merge_pairs = false})));
}

TEST(WrongVersions, Lag1NotClamped) {
    EXPECT_TRUE(answers_alternation(library_interval));
    EXPECT_TRUE(answers_rise(library_interval));
    EXPECT_FALSE(answers_alternation(variant({.clamp_lag1_below = false})));
    EXPECT_FALSE(answers_rise(variant({.clamp_lag1_above = false})));
}

TEST(WrongVersions, DegreesOfFreedomFromSingleWindows) {
    EXPECT_TRUE(covers_with_few_windows(library_interval));
    EXPECT_FALSE(covers_with_few_windows(variant({.degrees_from_pairs = false})));
}

TEST(WrongVersions, NormalInsteadOfStudent) {
    EXPECT_TRUE(covers_with_few_windows(library_interval));
    EXPECT_FALSE(covers_with_few_windows(variant({.student = false})));
}

TEST(WrongVersions, WarmUpKept) {
    EXPECT_TRUE(covers_after_warm_up(library_interval));
    EXPECT_FALSE(covers_after_warm_up(variant({.leave_out_first_eighth = false})));
}

}  // namespace volley
