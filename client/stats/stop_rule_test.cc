#include "stats/stop_rule.hh"

#include <gtest/gtest.h>

#include <vector>

namespace volley {

namespace {

// A summary with the precision `relative`; with none if it is negative.
OverRuns with_precision(double relative) {
    OverRuns summary;
    summary.median.point = 100;
    if (relative >= 0) {
        summary.median.interval = Interval{100 - 100 * relative, 100};
    }
    return summary;
}

constexpr Duration none = Duration::zero();

StopDecision after(RunStopper& stopper, std::size_t runs, const std::vector<double>& precisions,
                   Duration elapsed = none, Duration next_run = none) {
    std::vector<OverRuns> summaries;
    for (const double precision : precisions) {
        summaries.push_back(with_precision(precision));
    }
    return stopper.after_run(summaries, runs, elapsed, next_run);
}

}  // namespace

TEST(StopRule, TwoHitsInARowAreNeeded) {
    RunStopper stopper{StopRule{}};
    EXPECT_EQ(after(stopper, 10, {0.04}).reason, StopReason::go_on);
    EXPECT_EQ(after(stopper, 11, {0.06}).reason, StopReason::go_on);
    EXPECT_EQ(after(stopper, 12, {0.05}).reason, StopReason::go_on);
    EXPECT_EQ(after(stopper, 13, {0.05}).reason, StopReason::precision_reached);
}

TEST(StopRule, HitsBeforeTheLeastNumberOfRunsCountFromThere) {
    RunStopper stopper{StopRule{}};
    for (std::size_t runs = 6; runs < 10; ++runs) {
        EXPECT_EQ(after(stopper, runs, {0.01}).reason, StopReason::go_on) << runs;
    }
    EXPECT_EQ(after(stopper, 10, {0.01}).reason, StopReason::precision_reached);
}

TEST(StopRule, EveryStatisticMustHit) {
    RunStopper stopper{StopRule{}};
    EXPECT_EQ(after(stopper, 10, {0.01, 0.06}).reason, StopReason::go_on);
    EXPECT_EQ(after(stopper, 11, {0.01, 0.04}).reason, StopReason::go_on);
    EXPECT_EQ(after(stopper, 12, {0.01, -1}).reason, StopReason::go_on);
    EXPECT_EQ(after(stopper, 13, {0.01, 0.04}).reason, StopReason::go_on);
    EXPECT_EQ(after(stopper, 14, {0.01, 0.04}).reason, StopReason::precision_reached);
}

TEST(StopRule, RunLimit) {
    StopRule rule;
    rule.most_runs = 12;
    RunStopper stopper(rule);
    EXPECT_EQ(after(stopper, 11, {0.5}).reason, StopReason::go_on);
    EXPECT_EQ(after(stopper, 12, {0.5}).reason, StopReason::run_limit);
    // Reaching the target in the last run still counts.
    RunStopper lucky(rule);
    EXPECT_EQ(after(lucky, 11, {0.05}).reason, StopReason::go_on);
    EXPECT_EQ(after(lucky, 12, {0.05}).reason, StopReason::precision_reached);
}

TEST(StopRule, ARunThatWouldEndBeyondTheBudgetIsNotBegun) {
    StopRule rule;
    rule.budget = std::chrono::seconds(10);
    RunStopper stopper(rule);
    const auto seconds = [](int count) { return Duration(std::chrono::seconds(count)); };
    EXPECT_EQ(after(stopper, 1, {-1}, seconds(8), seconds(2)).reason, StopReason::go_on);
    EXPECT_EQ(after(stopper, 2, {-1}, seconds(9), seconds(2)).reason, StopReason::time_limit);
    EXPECT_EQ(after(stopper, 3, {-1}, seconds(11), seconds(0)).reason, StopReason::time_limit);
}

TEST(StopRule, RunsNeeded) {
    RunStopper stopper{StopRule{}};
    EXPECT_FALSE(after(stopper, 5, {-1}).runs_needed);
    EXPECT_FALSE(after(stopper, 5, {0.1, -1}).runs_needed);
    EXPECT_EQ(after(stopper, 10, {0.10}).runs_needed, 40U);  // 10 · (0.10/0.05)²
    EXPECT_EQ(after(stopper, 10, {0.10, 0.15}).runs_needed, 90U);
    EXPECT_EQ(after(stopper, 10, {0.051}).runs_needed, 11U);
    EXPECT_EQ(after(stopper, 10, {0.0}).runs_needed, 1U);
    EXPECT_EQ(after(stopper, 10, {1e30}).runs_needed, 1'000'000'000U);
}

TEST(StopRule, WithoutAnyValueTheLimitsStillHold) {
    RunStopper stopper({.least_runs = 2, .most_runs = 3});
    EXPECT_EQ(after(stopper, 1, {}).reason, StopReason::go_on);
    EXPECT_EQ(after(stopper, 2, {}).reason, StopReason::go_on);
    EXPECT_EQ(after(stopper, 3, {}).reason, StopReason::run_limit);
}

}  // namespace volley
