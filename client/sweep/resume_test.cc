#include "sweep/resume.hh"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/error.hh"
#include "report/fixture_for_tests.hh"
#include "report/json.hh"

namespace volley {
namespace {

SweepPlan plan_of(std::vector<std::string> options = {}) {
    SweepPlan plan = fixture::sweep_plan({"a", "b"}, {16}, {1});
    plan.options = std::move(options);
    return plan;
}

SweepRecord start_of(const SweepPlan& plan) {
    return {.id = "sweep-1", .started = "now", .seed = 5, .plan = plan, .cells = {}};
}

std::vector<GridCell> grid_of(const SweepPlan& plan) {
    return make_grid(plan, {{"a", "/servers/a", {}, ""}, {"b", "/servers/b", {}, ""}},
                     parse_topology("cpu 0 node 0 core 0\ncpu 1 node 0 core 1\n"),
                     {.descriptor_limit = 1000, .transports = {.local_ports = 500}, .random = 7});
}

// A run line of the second cell.
std::string run_line(std::uint64_t round, bool complete = true) {
    MeasurementContext context = fixture::context();
    context.server_name = "b";
    context.connections = 16;
    context.message_bytes = 4;
    context.round = round;
    context.options = {{"server-cores", "1"}};
    RunResult run = fixture::run(1, 8'000);
    run.complete = complete;
    return json_run_line(context, run);
}

class ResumedSweep : public testing::Test {
  protected:
    RecordedSweep read(const std::string& text, std::optional<std::uint64_t> seed = {}) {
        std::ofstream(path_, std::ios::binary) << text;
        return read_recorded(path_, plan_of(), seed, grid_of(plan_of()));
    }
    std::string refusal(const std::string& text, std::optional<std::uint64_t> seed = {}) {
        try {
            static_cast<void>(read(text, seed));
        } catch (const Error& error) {
            return error.what();
        }
        return "accepted";
    }
    void TearDown() override { std::filesystem::remove(path_); }

    std::string path_ = testing::TempDir() + "sweep_results_" + std::to_string(::getpid());
    std::string start_ = json_sweep_line(start_of(plan_of()));
};

TEST_F(ResumedSweep, NoFileIsABeginning) {
    const RecordedSweep recorded =
        read_recorded(path_ + "-none", plan_of(), {}, grid_of(plan_of()));
    EXPECT_FALSE(recorded.first);
    EXPECT_TRUE(recorded.attempts.empty());
}

TEST_F(ResumedSweep, EveryWholeRunIsAnAttemptAndATornOneIsNone) {
    const std::string last = run_line(3);
    const RecordedSweep recorded =
        read(start_ + run_line(1) + run_line(2, false) + last.substr(0, last.size() / 2));
    ASSERT_TRUE(recorded.first);
    EXPECT_EQ(recorded.first->seed, 5U);
    ASSERT_EQ(recorded.attempts.size(), 2U);
    EXPECT_EQ(recorded.attempts[0].cell, 1U);
    EXPECT_EQ(recorded.attempts[0].round, 1U);
    EXPECT_TRUE(recorded.attempts[0].complete);
    EXPECT_EQ(recorded.attempts[0].values.size(), 2U);
    EXPECT_GT(recorded.attempts[0].seconds, 0);
    EXPECT_FALSE(recorded.attempts[1].complete);
    EXPECT_TRUE(recorded.attempts[1].values.empty());
    EXPECT_EQ(recorded.problems.size(), 1U);
}

TEST_F(ResumedSweep, AWholeLineWithoutItsNewlineIsARun) {
    std::string text = start_ + run_line(1);
    text.pop_back();
    EXPECT_EQ(read(text).attempts.size(), 1U);
}

TEST_F(ResumedSweep, ATornFirstLineIsABeginning) {
    const RecordedSweep recorded = read(start_.substr(0, 50));
    EXPECT_FALSE(recorded.first);
    EXPECT_EQ(recorded.problems.size(), 1U);
}

TEST_F(ResumedSweep, WhatAFileSaysInMemoryIsWhatTheRunSaid) {
    const RunResult run = fixture::run(1, 8'000);
    const Attempt made = attempt_of(run, 1, 1, {"mean", "p50"});
    const Attempt again = read(start_ + run_line(1)).attempts.at(0);
    EXPECT_EQ(made.values, again.values);
    EXPECT_EQ(made.seconds, again.seconds);
}

TEST_F(ResumedSweep, AnotherSweepIsRefusedWithTheDifferenceAndTheRemedy) {
    SweepPlan other = plan_of();
    other.lists.numbers("clients") = {1, 16};
    const std::string error = refusal(json_sweep_line(start_of(other)));
    EXPECT_NE(error.find("clients: 1,16 there, 16 here"), std::string::npos) << error;
    EXPECT_NE(error.find("--out"), std::string::npos) << error;
    EXPECT_NE(refusal(start_, 6).find("seed: 5 there, 6 here"), std::string::npos);
    EXPECT_EQ(refusal(start_, 5), "accepted");
}

TEST_F(ResumedSweep, ForeignRecordsAreRefusedByLine) {
    EXPECT_NE(refusal(run_line(1)).find(":1: this record does not belong to the sweep"),
              std::string::npos);
    EXPECT_NE(refusal(start_ + run_line(0)).find(":2: "), std::string::npos);
    EXPECT_NE(refusal(start_ + json_measurement_line(fixture::measurement())).find(":2: "),
              std::string::npos);
}

TEST(SweepDifference, OptionsAreComparedByWhatTheyMean) {
    using Words = std::vector<std::string>;
    const auto differ = [](const Words& there, const Words& here) {
        return difference(plan_of(there), plan_of(here)).value_or("none");
    };
    EXPECT_EQ(differ({"--run-time", "1s"}, {"-d", "1000ms"}), "none");
    EXPECT_EQ(differ({}, {"--run-time", "1s"}), "none") << "the default";
    EXPECT_EQ(differ({"-d", "2s"}, {}), "--run-time: 2s there, 1s here");
    EXPECT_EQ(differ({}, {"--warmup", "0"}), "--warmup: not given there, 0s here");
    EXPECT_EQ(differ({"--max-runs", "20"}, {"--max-runs", "90", "--precision", "1%"}), "none")
        << "when a cell has enough may change";
    EXPECT_EQ(differ({"--no-such-option"}, {}), "options: --no-such-option there, not given here");
}

TEST(SweepDifference, MoreRunsAreNone) {
    SweepPlan there = plan_of();
    there.runs = 5;
    EXPECT_FALSE(difference(there, plan_of()));
    there.lists.servers() = {"a"};
    EXPECT_EQ(difference(there, plan_of()), "servers: a there, a,b here");
}

}  // namespace
}  // namespace volley
