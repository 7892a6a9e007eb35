// Warnings about what the runs showed; those about machine and plan are in warnings_test.cc.
#include <gtest/gtest.h>

#include "host/warnings.hh"
#include "host/warnings_for_tests.hh"

namespace volley {
namespace {

using namespace warnings_fixture;

TEST(WarningsAfter, QuietRunsHaveNone) {
    EXPECT_EQ(ids_of(warnings_after({.worker_share = 0.5,
                                     .server_share = 0.5,
                                     .involuntary_switches_per_second = 20,
                                     .steal_share = 0.01,
                                     .clock_reading_ns = 40,
                                     .longest_clock_gap_ns = 50e3},
                                    good_plan())),
              Ids{});
}

TEST(WarningsAfter, ClientIsTheBottleneckOnlyWhileTheServerHasTime) {
    const RunFacts slow_client{.worker_share = 1, .worker_saturated = true, .server_share = 0.899};
    EXPECT_NE(only(warnings_after(slow_client, good_plan()), "client-is-the-bottleneck")
                  .message.find("90 %"),
              std::string::npos);
    const RunFacts both{.worker_share = 1, .worker_saturated = true, .server_share = 0.9};
    EXPECT_EQ(ids_of(warnings_after(both, good_plan())), Ids{});
    const RunFacts spinning{.worker_share = 1, .worker_saturated = false, .server_share = 0.4};
    EXPECT_EQ(ids_of(warnings_after(spinning, good_plan())), Ids{}) << "a spinner always uses 1";
    const RunFacts unknown{.worker_share = 1, .worker_saturated = true};
    EXPECT_NE(only(warnings_after(unknown, good_plan()), "client-is-the-bottleneck")
                  .message.find("unless the server"),
              std::string::npos);
}

TEST(WarningsAfter, OnSharedCpusTheBottleneckCannotBeTold) {
    Placement plan = good_plan();
    plan.client_cpus = {1};
    plan.sharing = Sharing::some_cpus;
    const RunFacts full{
        .worker_share = 0.5, .server_share = 0.46, .involuntary_switches_per_second = 1000};
    EXPECT_NE(only(warnings_after(full, plan), "client-is-the-bottleneck")
                  .message.find("it is unknown which"),
              std::string::npos);
    const RunFacts waiting{.worker_share = 0.4, .server_share = 0.4};
    EXPECT_EQ(ids_of(warnings_after(waiting, plan)), Ids{});
}

TEST(WarningsAfter, EachFactIsJudgedByItsThreshold) {
    const Placement plan = good_plan();
    const auto first_of = [&](const RunFacts& facts) {
        const Ids ids = ids_of(warnings_after(facts, plan));
        return ids.size() == 1 ? ids.front() : "not one";
    };
    EXPECT_EQ(first_of({.involuntary_switches_per_second = 21}), "involuntary-switches");
    EXPECT_EQ(first_of({.steal_share = 0.011}), "steal");
    EXPECT_EQ(first_of({.migrations = 1}), "migrations");
    EXPECT_EQ(first_of({.clock_reading_ns = 101}), "clock-slow");
    EXPECT_EQ(first_of({.longest_clock_gap_ns = 100.1e3}), "clock-gaps");
    EXPECT_EQ(first_of({.single_run = true}), "single-run");
    EXPECT_EQ(first_of({.server_is_ours = false}), "server-not-restarted");
    EXPECT_EQ(first_of({.drift_over_runs = true}), "drift-over-runs");
    EXPECT_EQ(first_of({.bimodal = true}), "bimodal");
    EXPECT_EQ(first_of({.not_offloaded = "in 1 of 2 runs: no card"}), "not-offloaded");
    EXPECT_EQ(first_of({.server_was_killed = true}), "server-was-killed");
    EXPECT_EQ(first_of({.server_left_behind = "sleep (4711)"}), "server-left-processes");
}

}  // namespace
}  // namespace volley
