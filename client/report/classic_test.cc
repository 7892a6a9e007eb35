#include "report/classic.hh"

#include <gtest/gtest.h>

#include "report/fixture_for_tests.hh"

namespace volley {
namespace {

TEST(Classic, KnownSamplesGiveTheKnownLine) {
    MeasurementResult result;
    RunResult& run = result.runs.emplace_back();
    run.complete = true;
    for (const std::uint64_t nanoseconds : {7'750U, 10'250U, 9'000U}) {
        run.trips.record(nanoseconds);
    }
    EXPECT_EQ(classic_line(result), "9us 1.25us 3\n");
}

TEST(Classic, RunsThatAreNotCompleteAreLeftOut) {
    MeasurementResult result = fixture::measurement();
    const std::string before = classic_line(result);
    result.runs[5].trips.record(60'000'000'000);
    EXPECT_EQ(classic_line(result), before);
    fixture::expect_golden("measurement.classic", before);
}

TEST(Classic, FewSamples) {
    MeasurementResult result;
    EXPECT_EQ(classic_line(result), "");
    RunResult& run = result.runs.emplace_back();
    run.complete = true;
    EXPECT_EQ(classic_line(result), "");
    run.trips.record(2'000);
    EXPECT_EQ(classic_line(result), "");
    run.trips.record(2'000);
    EXPECT_EQ(classic_line(result), "2us 0us 2\n");
}

}  // namespace
}  // namespace volley
