#include "compare/analysis.hh"

#include <gtest/gtest.h>

#include "base/error.hh"
#include "compare/fixture_for_compare_tests.hh"

namespace volley {

using fixture::line_of;
using fixture::lines_of;
using fixture::read;
using fixture::request;
using fixture::servers_of;
using fixture::verdict_for;
using Servers = std::vector<std::string>;

namespace {

std::string refusal(const AnalysisRequest& asked) {
    try {
        (void)analyse(read(lines_of("go", 1, 2) + lines_of("asio", 1, 2, 64)), asked);
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ExitCode::usage);
        return error.what();
    }
    return "nothing was refused";
}

}  // namespace

TEST(CompareAnalysis, ARealDifferenceIsFoundAndAnEqualServerIsNot) {
    const Analysis analysis =
        analyse(read(lines_of("slow", 1.05, 12) + lines_of("one", 1, 12) +
                     lines_of("same", 1.0005, 12) + lines_of("fast", 0.9, 12)),
                [] {
                    AnalysisRequest asked = request();
                    asked.baseline = "one";
                    return asked;
                }());
    ASSERT_EQ(analysis.groups.size(), 1U);
    EXPECT_EQ(analysis.groups[0].label, "16 connections, 1 core, 4 bytes");
    EXPECT_EQ(servers_of(analysis, 0), (Servers{"fast", "one", "same", "slow"}));
    EXPECT_EQ(verdict_for(analysis, "slow"), "slower");
    EXPECT_EQ(verdict_for(analysis, "fast"), "faster");
    EXPECT_EQ(verdict_for(analysis, "same"), "cannot be told apart");
    EXPECT_EQ(verdict_for(analysis, "one"), "");
    EXPECT_EQ(analysis.family.pairs, 3U);
    EXPECT_EQ(analysis.family.comparisons(), 9U);
    EXPECT_EQ(analysis.comparisons.size(), 9U);  // mean, p50 and p99 of three servers
    const auto& slow = *analysis.comparison(3, *find_statistic("mean"))->paired;
    EXPECT_NEAR(slow.ratio.point, 1.05, 0.01);
    EXPECT_EQ(slow.rounds, 12U);
}

// If the data choose the baseline, any pair could have been the one shown.
TEST(CompareAnalysis, TheFastestAsBaselineCountsAllPairs) {
    const Analysis analysis = analyse(
        read(lines_of("b", 1.1, 6) + lines_of("a", 1, 6) + lines_of("c", 1.2, 6)), request());
    EXPECT_EQ(analysis.cells()[*analysis.groups[0].baseline].key.server(), "a");
    EXPECT_EQ(analysis.family.pairs, 3U);
    EXPECT_EQ(verdict_text(analysis.comparison(1, *find_statistic("mean"))->paired),
              "more runs needed: about 10");
}

TEST(CompareAnalysis, GroupsDifferInNothingButTheFactor) {
    const std::string lines = lines_of("a", 1, 2) + lines_of("b", 2, 2) + lines_of("a", 3, 2, 64);
    const Analysis by_server = analyse(read(lines), request());
    ASSERT_EQ(by_server.groups.size(), 2U);
    EXPECT_EQ(by_server.groups[1].label, "64 connections, 1 core, 4 bytes");
    EXPECT_EQ(by_server.cells()[0].label, "a, 16 connections");
    AnalysisRequest asked = request();
    asked.by = find_factor("clients");
    asked.baseline = "64";
    const Analysis by_clients = analyse(read(lines), asked);
    ASSERT_EQ(by_clients.groups.size(), 2U);
    EXPECT_EQ(by_clients.groups[0].label, "a, 1 core, 4 bytes");
    EXPECT_TRUE(by_clients.groups[0].baseline);
    EXPECT_FALSE(by_clients.groups[1].baseline);  // b was measured with 16 connections only
    EXPECT_EQ(by_clients.comparisons.size(), 3U);
}

TEST(CompareAnalysis, OnlyCommonRoundsOfOneExperimentArePaired) {
    std::string lines = lines_of("a", 1, 4);
    for (const std::uint64_t round : {3U, 4U, 5U}) {
        lines += line_of({.server = "b", .round = round});
    }
    const Analysis analysis = analyse(read(lines), request());
    EXPECT_EQ(analysis.comparisons.at(0).paired->rounds, 2U);

    Results apart = read(lines);
    for (auto& run : apart.cells[1].runs) {
        run.experiment = "another sweep";
    }
    const Analysis unpaired = analyse(std::move(apart), request());
    EXPECT_FALSE(unpaired.comparisons.at(0).paired);
    EXPECT_EQ(verdict_text(unpaired.comparisons.at(0).paired), "no common rounds");
}

TEST(CompareAnalysis, RunsInNoRoundAreNotPaired) {
    const Analysis analysis =
        analyse(read(line_of({.server = "a", .round = 0}) + line_of({.server = "b", .round = 0})),
                request());
    EXPECT_FALSE(analysis.comparisons.at(0).paired);
}

TEST(CompareAnalysis, ARoundThatACellHasTwiceIsPairedOnce) {
    const Analysis analysis = analyse(
        read(lines_of("a", 1, 3) + lines_of("b", 1.1, 3) +
             line_of({.server = "b", .round = 3, .base_ns = 99'000, .measurement = "again"})),
        request());
    EXPECT_EQ(analysis.comparisons.at(0).paired->rounds, 3U);
    EXPECT_NEAR(analysis.comparisons[0].paired->ratio.point, 1.1, 0.01);
    ASSERT_EQ(analysis.repeated_rounds.size(), 1U);
    EXPECT_NE(analysis.repeated_rounds[0].find("b: 1 runs"), std::string::npos);
}

TEST(CompareAnalysis, WhereChoosesCells) {
    AnalysisRequest asked = request();
    asked.where = {
        {find_factor("server"), "a"}, {find_factor("server"), "c"}, {find_factor("clients"), "16"}};
    const Analysis analysis = analyse(read(lines_of("a", 1, 1) + lines_of("b", 1, 1) +
                                           lines_of("c", 2, 1) + lines_of("a", 1, 1, 64)),
                                      asked);
    ASSERT_EQ(analysis.groups.size(), 1U);
    EXPECT_EQ(servers_of(analysis, 0), (Servers{"a", "c"}));
}

TEST(CompareAnalysis, WhatMatchesNothingIsRefusedWithWhatThereIs) {
    AnalysisRequest asked = request();
    asked.where = {{find_factor("clients"), "7"}};
    EXPECT_EQ(refusal(asked), "--where clients=7 matches nothing; made.jsonl has clients 16, 64");
    asked.where = {{find_factor("clients"), "64"}, {find_factor("server"), "go"}};
    EXPECT_EQ(refusal(asked),
              "no cell of made.jsonl matches all of --where; leave a part of it out");
    asked.where.clear();
    asked.baseline = "nginx";
    EXPECT_EQ(refusal(asked),
              "--baseline 'nginx' has no complete run; the results have server asio, go");
}

TEST(CompareAnalysis, WhatHasNoFiguresStandsLastAndIsComparedWithNothing) {
    const Analysis analysis = analyse(
        read(line_of({.server = "broken", .error = "it died"}) + lines_of("ok", 1, 1)), request());
    EXPECT_EQ(servers_of(analysis, 0), (Servers{"ok", "broken"}));
    EXPECT_TRUE(analysis.comparisons.empty());
    EXPECT_EQ(analysis.family.pairs, 1U);
}

}  // namespace volley
