// Comparisons as users make them, on runs of real servers: how often is a false difference claimed,
// and how often is a real one found?
//
// The runs are recorded (bench/record_rounds.sh: two identical copies of a server, and one that
// does more work for each request, so that a round trip takes about 5 % longer). Each simulated
// comparison takes the recorded rounds in a different order. The schedule of a sweep with --runs
// auto decides when they are enough, and the analysis of target/compare gives the verdict.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <numeric>
#include <sstream>

#include "base/random.hh"
#include "compare/analysis.hh"
#include "compare/measured_for_tests.hh"
#include "sweep/schedule.hh"

namespace volley {
namespace {

constexpr std::uint64_t comparisons = 200;
constexpr double known_difference = 1.05;

using RecordedRun = fixture::ThreeFigures;
using Recording = std::map<std::string, std::vector<RecordedRun>>;  // by round

Recording read_recording() {
    std::ifstream file("client/compare/testdata/recorded_rounds.csv");
    Recording recording;
    std::string line;
    std::getline(file, line);
    EXPECT_EQ(line, "server,round,rtt_ns_mean,rtt_ns_p50,rtt_ns_p99");
    while (std::getline(file, line)) {
        std::replace(line.begin(), line.end(), ',', ' ');
        std::istringstream words(line);
        std::string server;
        std::size_t round = 0;
        RecordedRun run;
        words >> server >> round >> run.mean >> run.p50 >> run.p99;
        EXPECT_FALSE(words.fail()) << line;
        auto& runs = recording[server];
        runs.resize(std::max(runs.size(), round));
        runs[round - 1] = run;
    }
    return recording;
}

Cell cell_of(const std::string& server, std::vector<MeasuredRun> runs, double confidence) {
    Cell cell = fixture::cell_named(server);
    cell.runs = std::move(runs);
    std::vector<RunFigures> all;
    for (const auto& run : cell.runs) {
        all.push_back(run.figures);
    }
    cell.figures = figures(all, confidence);
    return cell;
}

struct Outcome {
    std::string verdict;  // of the second server
    std::size_t rounds = 0;
    bool claims = false;  // anything at all, for any statistic
};

// How a sweep of both with --runs auto would end with the rounds in this order.
Outcome compare_in_order(const std::vector<RecordedRun>& first,
                         const std::vector<RecordedRun>& second,
                         const std::vector<std::size_t>& order, std::uint64_t seed) {
    StopRule stop;
    stop.most_runs = std::min(stop.most_runs, order.size());
    Schedule schedule({.seed = seed, .runs = {}, .stop = stop}, std::vector<ScheduledCell>(2));
    std::vector<MeasuredRun> runs[2];
    while (const auto step = schedule.next()) {
        const auto& recorded = (step->cell == 0 ? first : second)[order[step->round - 1]];
        runs[step->cell].push_back(fixture::run_with(recorded, step->round));
        EXPECT_TRUE(schedule.add({.cell = step->cell,
                                  .round = step->round,
                                  .complete = true,
                                  .seconds = 1,
                                  .values = {recorded.mean, recorded.p50}}));
    }
    AnalysisRequest request;
    request.baseline = "first";
    request.statistic = find_statistic("mean");
    Results results;
    results.cells.push_back(cell_of("first", std::move(runs[0]), request.confidence));
    results.cells.push_back(cell_of("second", std::move(runs[1]), request.confidence));
    const Analysis analysis = analyse(std::move(results), request);
    Outcome outcome;
    for (const auto& comparison : analysis.comparisons) {
        const std::string verdict = verdict_of(comparison);
        outcome.claims = outcome.claims || verdict == "faster" || verdict == "slower";
        if (comparison.statistic == request.statistic) {
            outcome.verdict = verdict;
            outcome.rounds = comparison.paired ? comparison.paired->rounds : 0;
        }
    }
    EXPECT_NE(outcome.verdict, "") << "no comparison";
    return outcome;
}

struct Tally {
    std::map<std::string, std::uint64_t> verdicts;
    std::size_t rounds = 0;
    std::uint64_t with_claims = 0;

    [[nodiscard]] std::string text() const {
        std::string words;
        for (const auto& [verdict, times] : verdicts) {
            words += verdict + ": " + std::to_string(times) + "; ";
        }
        return words + "rounds a comparison: " + std::to_string(rounds / comparisons);
    }
};

Tally compare_often(const std::string& first, const std::string& second) {
    const Recording recording = read_recording();
    const auto& a = recording.at(first);
    const auto& b = recording.at(second);
    EXPECT_EQ(a.size(), b.size());
    Tally tally;
    for (std::uint64_t seed = 1; seed <= comparisons; ++seed) {
        std::vector<std::size_t> order(a.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        Xoshiro256pp random(seed);
        std::shuffle(order.begin(), order.end(), random);
        const Outcome outcome = compare_in_order(a, b, order, seed);
        ++tally.verdicts[outcome.verdict];
        tally.rounds += outcome.rounds;
        tally.with_claims += outcome.claims ? 1 : 0;
    }
    return tally;
}

TEST(RealComparisons, TheRecordingHoldsADifferenceOfAboutFivePercent) {
    const Recording recording = read_recording();
    std::vector<double> ratios;
    for (std::size_t round = 0; round < recording.at("copy-a").size(); ++round) {
        ratios.push_back(recording.at("slower")[round].mean / recording.at("copy-a")[round].mean);
    }
    ASSERT_EQ(ratios.size(), 100U);
    const OverRuns summary = summarize_over_runs(ratios, 0.95);
    EXPECT_NEAR(summary.median.point, known_difference, 0.01);
}

TEST(RealComparisons, IdenticalServersAreToldApartInFivePercentAtMost) {
    Tally tally = compare_often("copy-a", "copy-b");
    RecordProperty("tally", tally.text());
    EXPECT_LE(tally.verdicts["faster"] + tally.verdicts["slower"], comparisons / 20)
        << tally.text();
    EXPECT_LE(tally.with_claims, comparisons / 20) << "all statistics: " << tally.with_claims;
    EXPECT_GT(tally.verdicts["cannot be told apart"], 0U) << tally.text();
}

TEST(RealComparisons, ADifferenceOfFivePercentIsFoundInNinetyPercentAtLeast) {
    Tally tally = compare_often("copy-a", "slower");
    RecordProperty("tally", tally.text());
    EXPECT_GE(tally.verdicts["slower"], comparisons * 9 / 10) << tally.text();
    EXPECT_EQ(tally.verdicts["faster"], 0U) << tally.text();
}

}  // namespace
}  // namespace volley
