#include "report/text.hh"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "report/fixture_for_tests.hh"
#include "report/layout.hh"
#include "report/text_values.hh"

namespace volley {
namespace {

bool says(const std::string& report, const std::string& words) {
    return report.find(words) != std::string::npos;
}

std::size_t lines_in(const std::string& text) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

TEST(TextReport, AMeasurementGivesTheGoldenFile) {
    fixture::expect_golden("measurement.txt", text_report(fixture::measurement()));
}

TEST(TextReport, FitsAScreen) {
    const std::string report = text_report(fixture::measurement());
    // Failures and objections come after a blank line at the end.
    EXPECT_LE(lines_in(report), 41U);
    EXPECT_LE(lines_in(report.substr(0, report.find("\n\n  flag:"))), 30U);
    std::istringstream lines(report);
    for (std::string line; std::getline(lines, line);) {
        EXPECT_LE(columns_of(line), 100U) << line;
        EXPECT_FALSE(line.ends_with(' ')) << line;
    }
}

TEST(TextReport, ASingleRunVouchesForItselfOnly) {
    MeasurementResult result = fixture::measurement();
    result.runs.resize(1);
    const std::string report = text_report(result);
    EXPECT_TRUE(says(report, "within this single run"));
    EXPECT_FALSE(says(report, "of fresh server processes"));
    EXPECT_TRUE(says(report, "not yet known"));  // p99 has no interval in the fixture
    fixture::expect_golden("single_run.txt", report);
}

TEST(TextReport, AServerThatIsNotOursIsNotSaidToBeRestarted) {
    MeasurementResult result = fixture::measurement();
    result.context.server_is_ours = false;
    result.context.server_command.clear();
    result.context.server_name = "127.0.0.1:4000";
    result.context.placement.server_cpus.clear();
    result.context.placement.sharing = Sharing::unknown;
    for (auto& run : result.runs) {
        run.server.reset();
        run.server_pid = 0;
        run.server_share.reset();
    }
    const std::string report = text_report(result);
    EXPECT_TRUE(says(report, "server not restarted; restart variance not included"));
    EXPECT_FALSE(says(report, "fresh server"));
    fixture::expect_golden("foreign_server.txt", report);
}

TEST(TextReport, NotConvergedSaysWhatIsMissing) {
    MeasurementResult result = fixture::measurement();
    result.outcome = ExitCode::budget_spent;
    result.stop_reason = "the time limit of 180 s was reached";
    result.runs_needed = 140;
    result.verdict_details = {"mean is within 9 %, not 5 %", "the longest stall took 31 ms"};
    for (std::size_t at = 0; at < result.runs.size(); at += 2) {
        result.runs[at].trips.merge(fixture::run(at, 20'000).trips);
    }
    const std::string report = text_report(result);
    EXPECT_TRUE(says(report, "NOT CONVERGED: the time limit of 180 s was reached; about 140 runs"));
    EXPECT_TRUE(says(report, "    - the longest stall took 31 ms\n"));
    fixture::expect_golden("not_converged.txt", report);
}

TEST(TextReport, BimodalRunsAreNamed) {
    MeasurementResult result = fixture::measurement();
    result.runs.clear();
    for (std::size_t number = 1; number <= 12; ++number) {
        result.runs.push_back(fixture::run(number, number % 3 == 0 ? 16'000 : 8'000));
    }
    EXPECT_TRUE(says(text_report(result), "flag: bimodal: p50 is near 8."));
}

TEST(TextReport, ModesHaveTheUnitOfTheirFigure) {
    MeasurementResult result = fixture::measurement();
    result.context.stop_statistics = {"round_trips_per_second"};
    result.runs.clear();
    for (std::size_t number = 1; number <= 12; ++number) {
        result.runs.push_back(fixture::run(number, 8'000));
        result.runs.back().measured_seconds = number % 3 == 0 ? 2 : 1;
    }
    const std::string report = text_report(result);
    EXPECT_TRUE(says(report, "is near 2.05 k/s in"));
}

TEST(TextReport, AConfidenceHasAllItsDigits) {
    MeasurementResult result = fixture::measurement();
    for (const auto& [confidence, text] :
         {std::pair(0.995, "99.5 % interval"), std::pair(0.9985, "99.85 % interval")}) {
        result.context.confidence = confidence;
        EXPECT_TRUE(says(text_report(result), text)) << text;
        EXPECT_FALSE(says(text_report(result), "100 % interval"));
    }
}

TEST(TextReport, WithoutACompleteRunThereIsNoFigureButTheReason) {
    MeasurementResult result = fixture::measurement();
    result.runs = {result.runs[5]};
    result.outcome = ExitCode::failed;
    result.stop_reason = "run 6 failed";
    const std::string report = text_report(result);
    EXPECT_TRUE(says(report, "FAILED: run 6 failed"));
    EXPECT_TRUE(says(report, "no figures, because no run was completed"));
    EXPECT_TRUE(says(report, "received 00 00 00 2a"));
    EXPECT_TRUE(says(report, "replies: 1 wrong"));
    EXPECT_FALSE(says(report, "p99"));
    EXPECT_FALSE(text_report(MeasurementResult{}).empty());
}

TEST(TextReport, AServerThatIsNotOffloadedLosesTheFiguresName) {
    MeasurementResult result = fixture::measurement();
    for (auto& run : result.runs) {
        run.offload = offloaded;
    }
    EXPECT_TRUE(says(text_report(result), ", offloaded, a new process"));
    EXPECT_FALSE(says(text_report(result), "OFFLOADED"));
    result.runs[3].offload = "not offloaded: no card";
    const std::string report = text_report(result);
    EXPECT_TRUE(
        says(report, "  NOT OFFLOADED in 1 of 11 runs: no card; the figures are not those"));
    EXPECT_TRUE(says(report, ", NOT OFFLOADED, a new process"));
}

TEST(TextReport, TheServersWordsCannotMoveTheCursor) {
    MeasurementResult result = fixture::measurement();
    result.context.server_name = "evil\x1b[2J";
    result.runs[5].error = "stderr: \x1b]0;title\x07 end";
    const std::string report = text_report(result);
    EXPECT_EQ(report.find('\x1b'), std::string::npos);
    EXPECT_EQ(report.find('\x07'), std::string::npos);
}

TEST(TextValues, OneRowHasOneUnit) {
    const Scale scale = scale_for("ns", 999.6);
    EXPECT_EQ(scale.with_unit(999.6), "1.00 us");
    EXPECT_EQ(scale.interval({950, 12'345}), "[0.95, 12.35]");
    EXPECT_EQ(scale_for("ns", 45'670).with_unit(45'670), "45.67 us");
    EXPECT_EQ(scale_for("1/s", 1'745'000).with_unit(1'745'000), "1.75 M/s");
    EXPECT_EQ(scale_for("bytes", 1'835'008).with_unit(1'835'008), "1.75 MiB");
    EXPECT_EQ(scale_for("bytes/s", 6'980'000).with_unit(6'980'000), "6.98 MB/s");
    EXPECT_EQ(percent(0.0203), "2.0 %");
    EXPECT_EQ(counted(1, "run"), "1 run");
    EXPECT_EQ(counted(1200, "run"), "1,200 runs");
}

}  // namespace
}  // namespace volley
