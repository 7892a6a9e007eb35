#include "run/verdict.hh"

#include <gtest/gtest.h>

#include "run/spec.hh"
#include "stats/student.hh"

namespace volley {
namespace {

// Twelve runs whose means lie `apart` ns above and below the middle, each known to ±error ns.
MeasurementResult runs_that_differ(double apart, double error, double confidence) {
    MeasurementResult result;
    result.context.confidence = confidence;
    for (int number = 1; number <= 12; ++number) {
        RunResult run;
        run.complete = true;
        run.measured_seconds = 1;
        run.setup_seconds = 1;
        const double mean = 1000 + (number % 2 == 0 ? apart : -apart);
        const double half = error * normal_critical(confidence);
        run.mean = Estimate{mean, Interval{mean - half, mean + half}};
        result.runs.push_back(run);
    }
    return result;
}

double proposed_seconds(MeasurementResult result) {
    MeasurementSpec spec;
    spec.stop.confidence = result.context.confidence;
    conclude(result, spec);
    return result.optimal_run_seconds.value_or(0);
}

TEST(Verdict, TheProposedLengthOfARunDoesNotHangOnTheConfidence) {
    const double usual = proposed_seconds(runs_that_differ(10, 10, 0.95));
    EXPECT_GT(usual, 1);
    for (const double confidence : {0.5, 0.8, 0.99, 0.999}) {
        EXPECT_NEAR(proposed_seconds(runs_that_differ(10, 10, confidence)), usual, usual * 1e-9);
    }
}

TEST(Verdict, OnlyWhatRunTimeTakesIsProposed) {
    EXPECT_EQ(proposed_seconds(runs_that_differ(100, 0.001, 0.95)), to_seconds(shortest_run_time));
    EXPECT_LE(proposed_seconds(runs_that_differ(10, 10.4446, 0.95)), to_seconds(longest_run_time));
}

TEST(Verdict, AStopStatisticThatNoRunKnowsIsNamed) {
    MeasurementResult result = runs_that_differ(10, 10, 0.95);
    result.outcome = ExitCode::budget_spent;
    MeasurementSpec spec;
    spec.statistics = {"server_cpu_ns_per_round_trip"};
    conclude(result, spec);
    ASSERT_FALSE(result.verdict_details.empty());
    EXPECT_EQ(result.verdict_details.front(), "server_cpu_ns_per_round_trip: not known in any run");
}

}  // namespace
}  // namespace volley
