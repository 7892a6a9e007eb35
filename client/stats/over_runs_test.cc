#include "stats/over_runs.hh"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace volley {

TEST(SignInterval, RanksAt95Percent) {
    const std::vector<std::pair<std::size_t, std::size_t>> known = {
        {6, 1},  {8, 1},  {9, 2},   {10, 2},  {12, 3}, {15, 4},
        {20, 6}, {25, 8}, {30, 10}, {40, 14}, {60, 22}};
    for (const auto& [runs, rank] : known) {
        EXPECT_EQ(sign_interval_rank(runs, 0.95), rank) << runs;
    }
    for (const std::size_t few : {0U, 1U, 2U, 5U}) {
        EXPECT_FALSE(sign_interval_rank(few, 0.95)) << few;
    }
}

// P(fewer than k of R below the median) by summing binomial coefficients, for every rank and level.
TEST(SignInterval, TheRankIsTheGreatestThatAttainsTheLevel) {
    for (const double confidence : {0.5, 0.8, 0.9, 0.95, 0.99, 0.999}) {
        for (std::size_t runs = 1; runs <= 80; ++runs) {
            const auto n = static_cast<double>(runs);
            double tail = 0;
            double term = std::pow(0.5, n);
            std::size_t rank = 0;
            while (tail + term <= (1 - confidence) / 2 + 1e-12) {
                tail += term;
                term *= (n - static_cast<double>(rank)) / static_cast<double>(rank + 1);
                ++rank;
            }
            const auto got = sign_interval_rank(runs, confidence);
            EXPECT_EQ(got.value_or(0), rank) << runs << " runs at " << confidence;
            EXPECT_EQ(got.has_value(), runs >= least_runs_for(confidence));
        }
    }
}

TEST(SignInterval, LeastRuns) {
    EXPECT_EQ(least_runs_for(0.95), 6U);
    EXPECT_EQ(least_runs_for(0.99), 8U);
    EXPECT_EQ(least_runs_for(0.9), 5U);
    EXPECT_EQ(least_runs_for(0.9375), 5U);  // exactly 1 − 2/32
    EXPECT_EQ(least_runs_for(0.5), 2U);
}

TEST(OverRuns, OneRun) {
    const OverRuns summary = summarize_over_runs(std::vector<double>{7}, 0.95);
    EXPECT_EQ(summary.median.point, 7);
    EXPECT_EQ(summary.mean, 7);
    EXPECT_FALSE(summary.median.interval);
    EXPECT_FALSE(summary.t_interval);
    EXPECT_FALSE(summary.variation);
    EXPECT_FALSE(summary.lag1);
    EXPECT_FALSE(summary.drift);
    EXPECT_FALSE(summary.bimodal);
    EXPECT_EQ(summary.runs_holding_excess, 0U);
}

TEST(OverRuns, TwoRuns) {
    const OverRuns summary = summarize_over_runs(std::vector<double>{3, 1}, 0.95);
    EXPECT_EQ(summary.median.point, 2);
    EXPECT_FALSE(summary.median.interval);
    ASSERT_TRUE(summary.t_interval);
    EXPECT_NEAR(summary.t_interval->high, 2 + 12.706204736174698, 1e-9);  // s/√2 = 1
    EXPECT_NEAR(*summary.variation, std::sqrt(2.0) / 2, 1e-12);
    EXPECT_EQ(summary.runs_holding_excess, 1U);
}

TEST(OverRuns, TenRunsByHand) {
    const std::vector<double> values = {5, 9, 1, 7, 3, 10, 2, 8, 4, 6};
    const OverRuns summary = summarize_over_runs(values, 0.95);
    EXPECT_EQ(summary.median.point, 5.5);
    ASSERT_TRUE(summary.median.interval);
    EXPECT_EQ(summary.median.interval->low, 2);
    EXPECT_EQ(summary.median.interval->high, 9);
    EXPECT_NEAR(*summary.median.precision(), 3.5 / 5.5, 1e-12);
    EXPECT_EQ(summary.mean, 5.5);
    // s² = 82.5/9, t with 9 degrees of freedom.
    EXPECT_NEAR(summary.t_interval->low, 5.5 - 2.2621571628540993 * std::sqrt(82.5 / 90), 1e-9);
    // Excess over 1: 9 + 8 + 7 = 24 is over half of 45 with three runs.
    EXPECT_EQ(summary.runs_holding_excess, 3U);
    EXPECT_FALSE(summary.drift);
    EXPECT_FALSE(summary.bimodal);
}

TEST(OverRuns, EqualRuns) {
    const OverRuns summary = summarize_over_runs(std::vector<double>(10, 4.0), 0.95);
    EXPECT_EQ(summary.median.interval->low, 4);
    EXPECT_EQ(summary.median.interval->high, 4);
    EXPECT_EQ(summary.variation, 0);
    EXPECT_FALSE(summary.lag1);
    EXPECT_FALSE(summary.bimodal);
    EXPECT_EQ(summary.runs_holding_excess, 0U);
}

TEST(OverRuns, DriftIsInTheOrder) {
    const std::vector<double> rising = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    const OverRuns drifting = summarize_over_runs(rising, 0.95);
    EXPECT_NEAR(*drifting.lag1, 0.7, 1e-12);  // R's acf(1:10)
    EXPECT_TRUE(drifting.drift);
    const std::vector<double> alternating = {1, 10, 2, 9, 3, 8, 4, 7, 5, 6};
    EXPECT_FALSE(summarize_over_runs(alternating, 0.95).drift);
}

TEST(OverRuns, TwoModesAreNamed) {
    const std::vector<double> values = {1.51, 1.00, 1.02, 1.49, 0.99, 1.01, 1.50, 1.00, 0.98, 1.03};
    const OverRuns summary = summarize_over_runs(values, 0.95);
    ASSERT_TRUE(summary.bimodal);
    EXPECT_EQ(summary.bimodal->in_first, 7U);
    EXPECT_EQ(summary.bimodal->first, 1.00);
    EXPECT_EQ(summary.bimodal->second, 1.50);
    // Two runs are outliers, not a mode.
    const std::vector<double> outliers = {1.51, 1.00, 1.02, 1.49, 0.99,
                                          1.01, 0.97, 1.00, 0.98, 1.03};
    EXPECT_FALSE(summarize_over_runs(outliers, 0.95).bimodal);
}

TEST(OverRuns, TwoValuesAreTwoModes) {
    const std::vector<double> values = {1, 2, 1, 2, 1, 2, 1, 2};
    const OverRuns summary = summarize_over_runs(values, 0.95);
    ASSERT_TRUE(summary.bimodal);
    EXPECT_EQ(summary.bimodal->in_first, 4U);
}

TEST(OverRuns, OptimalRunLength) {
    // √(0.5 s · 2e-4 per second / 4e-4)
    EXPECT_DOUBLE_EQ(*optimal_run_seconds(0.5, 2e-4, 4e-4), 0.5);
    EXPECT_FALSE(optimal_run_seconds(0.5, 2e-4, 0));
    EXPECT_FALSE(optimal_run_seconds(0.5, 2e-4, -1e-6));
}

TEST(Estimate, PrecisionIsTheLargerHalfWidth) {
    EXPECT_DOUBLE_EQ(*(Estimate{10, Interval{9, 10.5}}.precision()), 0.1);
    EXPECT_DOUBLE_EQ(*(Estimate{10, Interval{9.5, 12}}.precision()), 0.2);
    EXPECT_FALSE((Estimate{10, std::nullopt}.precision()));
    EXPECT_FALSE((Estimate{0, Interval{-1, 1}}.precision()));
}

}  // namespace volley
