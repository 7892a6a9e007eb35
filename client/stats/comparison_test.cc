#include "stats/comparison.hh"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace volley {

namespace {

// Rounds in which both servers drift together; a is b times the given ratios.
struct Rounds {
    std::vector<double> a;
    std::vector<double> b;
};

Rounds rounds_with(const std::vector<double>& ratios) {
    Rounds rounds;
    double level = 5000;
    for (const double ratio : ratios) {
        rounds.a.push_back(level * ratio);
        rounds.b.push_back(level);
        level *= 1.2;  // the drift that pairing removes
    }
    return rounds;
}

Comparison compare(const std::vector<double>& ratios, std::size_t comparisons = 1) {
    const Rounds rounds = rounds_with(ratios);
    return compare_paired(rounds.a, rounds.b, 0.95, comparisons);
}

}  // namespace

TEST(Comparison, ByHand) {
    const Comparison comparison =
        compare({1.10, 1.12, 1.08, 1.11, 1.09, 1.13, 1.07, 1.14, 1.06, 1.15});
    EXPECT_EQ(comparison.rounds, 10U);
    EXPECT_EQ(comparison.verdict, Verdict::higher);
    EXPECT_NEAR(comparison.ratio.point, std::sqrt(1.10 * 1.11), 1e-12);
    ASSERT_TRUE(comparison.ratio.interval);
    EXPECT_NEAR(comparison.ratio.interval->low, 1.07, 1e-12);   // second smallest
    EXPECT_NEAR(comparison.ratio.interval->high, 1.14, 1e-12);  // second greatest
    ASSERT_TRUE(comparison.paired_t);
    EXPECT_LT(comparison.paired_t->low, comparison.ratio.point);
    EXPECT_GT(comparison.paired_t->low, 1.07);
}

TEST(Comparison, TheOtherWayRoundIsTheReciprocal) {
    const Rounds rounds = rounds_with({1.10, 1.12, 1.08, 1.11, 1.09, 1.13, 1.07, 1.14, 1.06, 1.15});
    const Comparison there = compare_paired(rounds.a, rounds.b, 0.95, 1);
    const Comparison back = compare_paired(rounds.b, rounds.a, 0.95, 1);
    EXPECT_EQ(back.verdict, Verdict::lower);
    EXPECT_NEAR(back.ratio.point, 1 / there.ratio.point, 1e-12);
    EXPECT_NEAR(back.ratio.interval->low, 1 / there.ratio.interval->high, 1e-12);
}

TEST(Comparison, AnIntervalAroundOneTellsNothingApart) {
    const Comparison comparison =
        compare({1.10, 0.95, 1.08, 0.97, 1.09, 1.13, 1.07, 0.99, 1.06, 1.15});
    EXPECT_EQ(comparison.verdict, Verdict::cannot_be_told_apart);
    // Half-width in logs to the lower limit, ln(median) − ln 0.97, against ln(median).
    const double median = std::log(comparison.ratio.point);
    const double half = std::max(std::log(1.13) - median, median - std::log(0.97));
    EXPECT_EQ(comparison.rounds_needed,
              static_cast<std::size_t>(std::ceil(10 * (half / median) * (half / median))));
}

TEST(Comparison, LessThanOnePercentIsNoDifference) {
    EXPECT_EQ(compare(std::vector<double>(10, 1.009)).verdict, Verdict::cannot_be_told_apart);
    EXPECT_EQ(compare(std::vector<double>(10, 1.011)).verdict, Verdict::higher);
    EXPECT_EQ(compare(std::vector<double>(10, 1 / 1.009)).verdict, Verdict::cannot_be_told_apart);
    EXPECT_EQ(compare(std::vector<double>(10, 1 / 1.011)).verdict, Verdict::lower);
}

TEST(Comparison, EqualServersNeedNoNumberOfRounds) {
    const Comparison comparison = compare(std::vector<double>(10, 1.0));
    EXPECT_EQ(comparison.verdict, Verdict::cannot_be_told_apart);
    EXPECT_FALSE(comparison.rounds_needed);
}

TEST(Comparison, FewerThanTenRoundsClaimNothing) {
    for (const std::size_t rounds : {1U, 2U, 9U}) {
        const Comparison comparison = compare(std::vector<double>(rounds, 2.0));
        EXPECT_EQ(comparison.verdict, Verdict::more_rounds_needed);
        EXPECT_NEAR(comparison.ratio.point, 2.0, 1e-12);
        EXPECT_EQ(comparison.rounds_needed, 10U);
    }
}

TEST(Comparison, ManyComparisonsNeedMore) {
    // Each of 100 comparisons at 95 % is at 99.95 %, which needs 12 rounds.
    EXPECT_EQ(compare(std::vector<double>(11, 2.0), 100).verdict, Verdict::more_rounds_needed);
    EXPECT_EQ(compare(std::vector<double>(11, 2.0), 100).rounds_needed, 12U);
    EXPECT_EQ(compare(std::vector<double>(12, 2.0), 100).verdict, Verdict::higher);
    // One round of ten against the others: enough for one comparison, not for ten.
    std::vector<double> ratios(10, 1.5);
    ratios[4] = 0.9;
    EXPECT_EQ(compare(ratios, 1).verdict, Verdict::higher);
    EXPECT_EQ(compare(ratios, 10).verdict, Verdict::cannot_be_told_apart);
}

TEST(Comparison, UnpairedIsTheShiftOfLogs) {
    std::vector<double> a;
    std::vector<double> b;
    for (int run = 0; run < 10; ++run) {
        b.push_back(1000 + 3 * run);
        a.push_back(1.2 * b.back());
    }
    const Comparison comparison = compare_unpaired(a, b, 0.95, 1);
    EXPECT_EQ(comparison.verdict, Verdict::higher);
    EXPECT_EQ(comparison.rounds, 10U);
    EXPECT_NEAR(comparison.ratio.point, 1.2, 1e-12);
    ASSERT_TRUE(comparison.ratio.interval);
    EXPECT_GT(comparison.ratio.interval->low, 1.17);
    EXPECT_LT(comparison.ratio.interval->high, 1.23);
    EXPECT_FALSE(comparison.paired_t);
    EXPECT_EQ(compare_unpaired(b, a, 0.95, 1).verdict, Verdict::lower);
    EXPECT_EQ(compare_unpaired(b, b, 0.95, 1).verdict, Verdict::cannot_be_told_apart);
}

TEST(Comparison, UnpairedClaimsNothingOfFewRuns) {
    const std::vector<double> slow(9, 2.0);
    const std::vector<double> fast(30, 1.0);
    const Comparison comparison = compare_unpaired(slow, fast, 0.95, 1);
    EXPECT_EQ(comparison.verdict, Verdict::more_rounds_needed);
    EXPECT_EQ(comparison.rounds_needed, 10U);
    EXPECT_EQ(compare_unpaired(std::vector<double>(10, 2.0), fast, 0.95, 1).verdict,
              Verdict::higher);
}

}  // namespace volley
