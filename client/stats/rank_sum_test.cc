#include "stats/rank_sum.hh"

#include <gtest/gtest.h>

#include <cmath>
#include <utility>
#include <vector>

#include "base/random.hh"
#include "stats/coverage.hh"

namespace volley {

namespace {

// Heavy-tailed, like runs on a machine that disturbs some of them: normal, but one in ten takes
// half as long again.
double disturbed(Xoshiro256pp& random) {
    const auto uniform = [&] { return (static_cast<double>(random() >> 11U) + 0.5) * 0x1p-53; };
    const double normal =
        std::sqrt(-2 * std::log(uniform())) * std::cos(2 * std::acos(-1.0) * uniform());
    return (1 + 0.04 * normal) * (uniform() < 0.1 ? 1.5 : 1);
}

// The number of seeds for which the 95 % interval holds the true shift between groups of these
// sizes.
std::size_t seeds_covered(std::size_t a, std::size_t b) {
    constexpr double shift = 0.3;
    std::size_t covered = 0;
    for (std::size_t seed = 0; seed < coverage_seeds(); ++seed) {
        Xoshiro256pp random(seed);
        std::vector<double> upper(a);
        std::vector<double> lower(b);
        for (double& value : upper) {
            value = disturbed(random) + shift;
        }
        for (double& value : lower) {
            value = disturbed(random);
        }
        covered += holds(shift_between(upper, lower, 0.95).interval, shift) ? 1 : 0;
    }
    return covered;
}

}  // namespace

// Published critical values of U (two-sided, 5 %), which are the greatest u that reject: rank − 1.
TEST(RankSum, RanksAreThoseOfTheTables) {
    EXPECT_EQ(rank_sum_interval_rank(4, 4, 0.95), 1U);
    EXPECT_EQ(rank_sum_interval_rank(5, 5, 0.95), 3U);
    EXPECT_EQ(rank_sum_interval_rank(8, 8, 0.95), 14U);
    EXPECT_EQ(rank_sum_interval_rank(10, 10, 0.95), 24U);
    EXPECT_EQ(rank_sum_interval_rank(20, 20, 0.95), 128U);
    EXPECT_EQ(rank_sum_interval_rank(10, 20, 0.95), 56U);
    EXPECT_EQ(rank_sum_interval_rank(20, 10, 0.95), 56U);
    EXPECT_EQ(rank_sum_interval_rank(10, 10, 0.99), 17U);
}

TEST(RankSum, TooFewValuesGiveNoInterval) {
    EXPECT_FALSE(rank_sum_interval_rank(3, 3, 0.95));
    EXPECT_FALSE(rank_sum_interval_rank(1, 30, 0.95));
    EXPECT_EQ(rank_sum_interval_rank(1, 39, 0.95), 1U);  // 1/40 on each side
    EXPECT_EQ(least_values_for(0.95), 4U);
    EXPECT_EQ(least_values_for(0.999), 7U);
    for (const double confidence : {0.5, 0.9, 0.95, 0.99, 0.999, 0.9999}) {
        const std::size_t least = least_values_for(confidence);
        EXPECT_TRUE(rank_sum_interval_rank(least, least, confidence)) << confidence;
        EXPECT_FALSE(least > 1 && rank_sum_interval_rank(least - 1, least - 1, confidence))
            << confidence;
    }
}

// Beyond the exact counts the approximation continues without a jump. In the far tails it errs on
// the safe side.
TEST(RankSum, TheApproximationJoinsTheExactCounts) {
    for (const double confidence : {0.95, 0.99, 0.999}) {
        const auto before = rank_sum_interval_rank(24, 40, confidence);
        const auto exact = rank_sum_interval_rank(25, 40, confidence);  // 1,000 pairs
        const auto normal = rank_sum_interval_rank(26, 40, confidence);
        ASSERT_TRUE(before && exact && normal);
        // One more value adds about as many ranks as the previous one did.
        const auto next = static_cast<double>(2 * *exact - *before);
        EXPECT_LE(static_cast<double>(*normal), next + 1) << confidence;
        EXPECT_GE(static_cast<double>(*normal), next - (confidence < 0.999 ? 3 : 6)) << confidence;
    }
}

TEST(RankSum, ByHand) {
    const std::vector<double> a{11, 13, 17, 19};
    const std::vector<double> b{1, 2, 4, 8};
    const Estimate shift = shift_between(a, b, 0.95);
    EXPECT_DOUBLE_EQ(shift.point, 11);  // between 11 and 11, the 8th and 9th of 16 differences
    ASSERT_TRUE(shift.interval);
    EXPECT_DOUBLE_EQ(shift.interval->low, 3);    // 11 − 8
    EXPECT_DOUBLE_EQ(shift.interval->high, 18);  // 19 − 1
}

TEST(RankSum, TheOtherWayRoundIsTheNegative) {
    const std::vector<double> a{5, 9, 7, 1, 3, 2, 8};
    const std::vector<double> b{4, 6, 0, 10, 12};
    const Estimate there = shift_between(a, b, 0.9);
    const Estimate back = shift_between(b, a, 0.9);
    EXPECT_DOUBLE_EQ(there.point, -back.point);
    ASSERT_TRUE(there.interval && back.interval);
    EXPECT_DOUBLE_EQ(there.interval->low, -back.interval->high);
    EXPECT_DOUBLE_EQ(there.interval->high, -back.interval->low);
}

// Exact intervals cover slightly more than requested, because ranks are whole numbers.
TEST(CoverageRankSum, IsNominalOnDisturbedRuns) {
    for (const auto& [a, b] : {std::pair<std::size_t, std::size_t>{10, 10}, {12, 30}, {40, 40}}) {
        const std::size_t covered = seeds_covered(a, b);
        EXPECT_TRUE(in_band(covered, coverage_seeds(), {0.935, 0.975}))
            << a << " against " << b << ": " << covered;
    }
}

}  // namespace volley
