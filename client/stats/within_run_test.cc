// Known answers. within_run_coverage_test.cc counts the coverage, and wrong_versions_test.cc tests
// wrong versions.
#include "stats/within_run.hh"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "stats/simulated.hh"

namespace volley {

namespace {

Histogram window_of(const std::vector<std::uint64_t>& values) {
    Histogram window;
    for (const std::uint64_t value : values) {
        window.record(value);
    }
    return window;
}

// Windows of ten trips each, all of the same length within a window.
std::vector<Histogram> windows_at(const std::vector<std::uint64_t>& levels) {
    std::vector<Histogram> windows;
    for (const std::uint64_t level : levels) {
        windows.push_back(window_of(std::vector<std::uint64_t>(10, level)));
    }
    return windows;
}

std::vector<Histogram> drawn(const SimulatedSequence& sequence, std::size_t trips,
                             std::size_t count) {
    std::vector<Histogram> windows(count);
    std::vector<double> values(trips);
    SimulatedSource source(1);
    sequence.draw(source, values);
    record_in_windows(values, windows);
    return windows;
}

}  // namespace

TEST(WithinRun, NoSamplesNoEstimate) {
    for (const std::size_t count : {0U, 1U, 2U, 48U}) {
        const std::vector<Histogram> windows(count);
        EXPECT_FALSE(mean_within_run(windows, 0.95));
        EXPECT_FALSE(quantile_within_run(windows, 0.5, 0.95));
        const RunFlags flags = flags_within_run(windows);
        EXPECT_FALSE(flags.trend || flags.drift || flags.tail_dominated);
    }
}

TEST(WithinRun, FewWindowsGiveAPointOnly) {
    for (const std::size_t count : {1U, 2U, 3U}) {
        const auto windows = windows_at(std::vector<std::uint64_t>(count, 500));
        const auto mean = mean_within_run(windows, 0.95);
        ASSERT_TRUE(mean);
        EXPECT_EQ(mean->point, 500);
        EXPECT_FALSE(mean->interval);
        const auto median = quantile_within_run(windows, 0.5, 0.95);
        ASSERT_TRUE(median);
        EXPECT_EQ(median->point, 500);
        EXPECT_FALSE(median->interval);
    }
    EXPECT_TRUE(mean_within_run(windows_at({1, 2, 2, 1}), 0.95)->interval);
}

TEST(WithinRun, TheMeanIsWeighedByTrips) {
    std::vector<Histogram> windows = windows_at({100, 100, 100});
    windows.push_back(window_of(std::vector<std::uint64_t>(30, 200)));
    EXPECT_EQ(mean_within_run(windows, 0.95)->point, 150);
}

TEST(WithinRun, TheFirstEighthIsLeftOut) {
    std::vector<std::uint64_t> levels(16, 1000);
    levels[0] = levels[1] = 9000;
    EXPECT_EQ(mean_within_run(windows_at(levels), 0.95)->point, 1000);
    EXPECT_EQ(quantile_within_run(windows_at(levels), 0.99, 0.95)->point, 1000);
    levels[2] = 9000;
    EXPECT_GT(mean_within_run(windows_at(levels), 0.95)->point, 1000);
}

// Four windows at 90, 110, 110, 90, ΣN = 40: d = ±100. V1 = 4/3 · 4·10⁴/1600 = 100/3; ρ = −1/4
// counts as 0; pairs cancel. t with one degree of freedom is 12.7062.
TEST(WithinRun, TheIntervalByHand) {
    const auto mean = mean_within_run(windows_at({90, 110, 110, 90}), 0.95);
    const double half_width = 12.706204736174698 * std::sqrt(100.0 / 3);
    EXPECT_NEAR(mean->interval->low, 100 - half_width, 1e-6);
    EXPECT_NEAR(mean->interval->high, 100 + half_width, 1e-6);
}

// One window in four differs: d = −250, −250, −250, 750 around 125, ΣN = 40. V1 = 4/3 ·
// 750,000/1600 = 625; ρ = −1/12 counts as 0; the pairs, −500 and 500, give V2 = 2 · 500,000/1600 =
// 625 too. The skewness of d is 2/√3, b = that/(6·√4). t with one degree of freedom is 12.7062.
TEST(WithinRun, SkewnessLengthensTheUpperSideOnly) {
    const auto mean = mean_within_run(windows_at({100, 100, 100, 200}), 0.95);
    const double t = 12.706204736174698;
    const double b = 2 / std::sqrt(3.0) / 12;
    const double upper = -(std::cbrt(1 + 6 * b * (-t - b)) - 1) / (2 * b);
    EXPECT_NEAR(mean->interval->low, 125 - 25 * t, 1e-6);
    EXPECT_NEAR(mean->interval->high, 125 + 25 * std::max(t, upper), 1e-6);

    std::vector<std::uint64_t> levels(42, 100);
    levels[20] = 200;
    const auto long_run = mean_within_run(windows_at(levels), 0.95);
    EXPECT_GT(long_run->interval->high - long_run->point,
              1.2 * (long_run->point - long_run->interval->low));
}

TEST(WithinRun, EqualWindowsLeaveNoDoubt) {
    const auto mean = mean_within_run(windows_at(std::vector<std::uint64_t>(48, 777)), 0.95);
    EXPECT_EQ(mean->interval->low, 777);
    EXPECT_EQ(mean->interval->high, 777);
}

// Every window holds the same ten values: V = 0, so deff = 1 and n_e = N·(z/t)². Of 48 windows 42
// count: N = 420, t(20) = 2.0860, n_e = 370.8. Clopper–Pearson's limits for the median are 0.500 ±
// 0.052.
TEST(WithinRun, TheQuantileByHand) {
    std::vector<Histogram> windows;
    for (int i = 0; i < 48; ++i) {
        windows.push_back(window_of({100, 200, 300, 400, 500, 600, 700, 800, 900, 1000}));
    }
    const auto median = quantile_within_run(windows, 0.5, 0.95);
    EXPECT_EQ(median->point, 500);
    ASSERT_TRUE(median->interval);
    EXPECT_EQ(median->interval->low, 500);   // the share 0.448 still lies at 500
    EXPECT_EQ(median->interval->high, 600);  // the share 0.552 lies at 600
    // 20/370.8 = 0.0539: a quantile nearer to the end than that is not yet known.
    EXPECT_FALSE(quantile_within_run(windows, 0.948, 0.95)->interval);
    EXPECT_TRUE(quantile_within_run(windows, 0.945, 0.95)->interval);
    EXPECT_FALSE(quantile_within_run(windows, 0.052, 0.95)->interval);
    EXPECT_TRUE(quantile_within_run(windows, 0.055, 0.95)->interval);
}

// The same with the values 1 … 1000: N = 42,000, n_e = 37,080, limits 0.4949 and 0.5051 of all.
TEST(WithinRun, TheLimitsOfTheQuantileByHand) {
    std::vector<std::uint64_t> values(1000);
    for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = i + 1;
    }
    const std::vector<Histogram> windows(48, window_of(values));
    const auto median = quantile_within_run(windows, 0.5, 0.95);
    EXPECT_EQ(median->point, 500);
    EXPECT_EQ(median->interval->low, 495);
    EXPECT_EQ(median->interval->high, 506);
}

TEST(WithinRun, MoreConfidenceIsWider) {
    const auto windows = drawn(independent_sequence(), 20000, 48);
    const auto wide = mean_within_run(windows, 0.99);
    const auto narrow = mean_within_run(windows, 0.9);
    EXPECT_LT(wide->interval->low, narrow->interval->low);
    EXPECT_GT(wide->interval->high, narrow->interval->high);
    const auto wide_median = quantile_within_run(windows, 0.5, 0.99);
    const auto narrow_median = quantile_within_run(windows, 0.5, 0.9);
    EXPECT_LT(wide_median->interval->low, narrow_median->interval->low);
    EXPECT_GT(wide_median->interval->high, narrow_median->interval->high);
}

TEST(WithinRunFlags, QuietRunHasNone) {
    const RunFlags flags = flags_within_run(drawn(independent_sequence(), 20000, 48));
    EXPECT_FALSE(flags.trend);
    EXPECT_FALSE(flags.drift);
    EXPECT_FALSE(flags.tail_dominated);
}

TEST(WithinRunFlags, ARiseIsATrend) {
    std::vector<std::uint64_t> levels;
    for (std::uint64_t i = 0; i < 48; ++i) {
        levels.push_back(1000 + 10 * i);
    }
    EXPECT_TRUE(flags_within_run(windows_at(levels)).trend);
    EXPECT_TRUE(flags_within_run(windows_at(levels)).drift);
}

// Alternation hides a shift from von Neumann's ratio; the thirds see it.
TEST(WithinRunFlags, ThirdsSeeWhatSuccessiveDifferencesMiss) {
    std::vector<std::uint64_t> levels;
    for (std::uint64_t i = 0; i < 48; ++i) {
        levels.push_back((i % 2 == 0 ? 1000U : 1400U) + (i < 27 ? 0U : 300U));
    }
    EXPECT_FALSE(flags_within_run(windows_at(levels)).trend);
    EXPECT_TRUE(flags_within_run(windows_at(levels)).drift);
}

TEST(WithinRunFlags, OneWindowDominates) {
    std::vector<std::uint64_t> levels;
    for (std::uint64_t i = 0; i < 48; ++i) {
        levels.push_back(1000 + i % 3);
    }
    EXPECT_FALSE(flags_within_run(windows_at(levels)).tail_dominated);
    levels[30] = 5000;
    EXPECT_TRUE(flags_within_run(windows_at(levels)).tail_dominated);
}

TEST(WithinRunStop, TwoLooksInARowWithoutTrend) {
    WithinRunStop stop;
    EXPECT_FALSE(stop.look(true, false));
    EXPECT_FALSE(stop.look(true, true));
    EXPECT_FALSE(stop.look(true, false));
    EXPECT_FALSE(stop.look(false, false));
    EXPECT_FALSE(stop.look(true, false));
    EXPECT_TRUE(stop.look(true, false));
}

}  // namespace volley
