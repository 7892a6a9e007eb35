#include "plan/plan.hh"

#include <gtest/gtest.h>

#include <sstream>

#include "base/error.hh"
#include "base/joined.hh"
#include "plan/executable.hh"
#include "run/readiness.hh"

namespace volley {
namespace {

using namespace std::chrono_literals;

const char* const two_cpus = "cpu 0 node 0 core 0\ncpu 1 node 0 core 1\n";
const char* const eight_cpus =
    "cpu 0 node 0 core 0\ncpu 1 node 0 core 1\ncpu 2 node 0 core 2\ncpu 3 node 0 core 3\n"
    "cpu 4 node 0 core 4\ncpu 5 node 0 core 5\ncpu 6 node 0 core 6\ncpu 7 node 0 core 7\n";

MachineFacts roomy() {
    return {.descriptor_limit = 1'000'000, .transports = {.local_ports = 28'232}, .random = 7};
}

Plan plan_for(const std::vector<std::string>& arguments, const char* machine,
              const std::string& metadata = "") {
    return make_plan(
        parse_options(arguments), parse_topology(machine),
        metadata.empty() ? ServerMetadata{} : ServerMetadata::parse(metadata, "server.toml"),
        roomy());
}

std::string refusal(const std::vector<std::string>& arguments, const MachineFacts& facts,
                    const std::string& metadata = "", ExitCode code = ExitCode::usage) {
    try {
        static_cast<void>(make_plan(
            parse_options(arguments), parse_topology(two_cpus),
            metadata.empty() ? ServerMetadata{} : ServerMetadata::parse(metadata, "server.toml"),
            facts));
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), code);
        return error.what();
    }
    return "accepted";
}

TEST(Plan, OneConnectionOnTwoCpusBlocksOnACpuOfItsOwn) {
    const Plan plan = plan_for({"--", "x"}, two_cpus);
    EXPECT_EQ(plan.spec.run.driver, DriverKind::block);
    EXPECT_EQ(plan.spec.run.workers, 1U);
    EXPECT_EQ(plan.spec.run.placement.sharing, Sharing::none);
    EXPECT_EQ(plan.spec.run.placement.server_cpus.size(), 1U);
    EXPECT_EQ(plan.spec.run.placement.client_cpus.size(), 1U);
}

TEST(Plan, MoreConnectionsThanCpusAreMultiplexed) {
    const Plan plan = plan_for({"-c", "16", "--", "x"}, eight_cpus);
    EXPECT_EQ(plan.spec.run.driver, DriverKind::wait);
    EXPECT_EQ(plan.spec.run.workers, plan.spec.run.placement.client_cpus.size());
    EXPECT_GT(plan.spec.run.workers, 1U);
    ASSERT_FALSE(plan.notes.empty());
    EXPECT_NE(plan.notes.front().find("driver wait"), std::string::npos);
}

TEST(Plan, AThreadAConnectionIsDoneWhereItIsAskedFor) {
    const Plan plan = plan_for({"-c", "16", "-t", "16", "--", "x"}, two_cpus);
    EXPECT_EQ(plan.spec.run.driver, DriverKind::block);
    EXPECT_EQ(plan.spec.run.workers, 16U);
    EXPECT_EQ(plan_for({"-c", "16", "--driver", "block", "--", "x"}, two_cpus).spec.run.workers,
              16U);
}

TEST(Plan, TailStatisticsAskForMoreRoundTrips) {
    EXPECT_EQ(plan_for({"--", "x"}, two_cpus).spec.run.least_trips, 64U);
    EXPECT_EQ(plan_for({"--statistic", "p99", "--", "x"}, two_cpus).spec.run.least_trips, 2'000U);
    EXPECT_EQ(plan_for({"--statistic", "p99,p99.9", "--", "x"}, two_cpus).spec.run.least_trips,
              20'000U);
}

TEST(Plan, WarmUpIsTheUsersThenTheServersThenTheDefault) {
    EXPECT_EQ(plan_for({"--", "x"}, two_cpus).spec.run.warmup, Duration(250ms));
    EXPECT_EQ(plan_for({"--", "x"}, two_cpus, "warmup = \"3\"\n").spec.run.warmup, Duration(3s));
    EXPECT_EQ(plan_for({"-w", "0", "--", "x"}, two_cpus, "warmup = \"3\"\n").spec.run.warmup,
              Duration(0));
}

TEST(Plan, ASingleRunLastsAtLeastFiveSeconds) {
    EXPECT_EQ(plan_for({"--runs", "1", "--", "x"}, two_cpus).spec.run.run_time, Duration(5s));
    EXPECT_EQ(plan_for({"--runs", "1", "--max-time", "2s", "--", "x"}, two_cpus).spec.run.run_time,
              Duration(2s));
}

TEST(Plan, TheBudgetHoldsUnlessTheNumberOfRunsStandsAlone) {
    EXPECT_TRUE(plan_for({"--", "x"}, two_cpus).spec.budget_holds);
    EXPECT_FALSE(plan_for({"--runs", "5", "--", "x"}, two_cpus).spec.budget_holds);
    const Plan both = plan_for({"--runs", "5", "--max-time", "7s", "--", "x"}, two_cpus);
    EXPECT_TRUE(both.spec.budget_holds);
    EXPECT_NE(plan_report(both).find("runs       5, within 7.00 s"), std::string::npos)
        << plan_report(both);
}

TEST(Plan, WhatTheMachineCannotDoIsRefusedWithTheLimit) {
    MachineFacts few = roomy();
    few.descriptor_limit = 100;
    EXPECT_NE(refusal({"-c", "1000", "--", "x"}, few).find("the limit is 100"), std::string::npos);
    MachineFacts ports = roomy();
    ports.transports.local_ports = 10;
    EXPECT_NE(refusal({"-c", "11", "--", "x"}, ports).find("ip_local_port_range"),
              std::string::npos);
    // The server itself needs one.
    EXPECT_NE(refusal({"-c", "10", "--", "x"}, ports).find("and the server one"),
              std::string::npos);
    EXPECT_EQ(refusal({"-c", "9", "--", "x"}, ports), "accepted");
    EXPECT_EQ(refusal({"-c", "10", "-p", "7000"}, ports), "accepted");
}

TEST(Plan, OtherMessageSizesNeedTheCapability) {
    const std::string without = "summary = \"s\"\ncapabilities = []\n";
    const std::string with = "summary = \"s\"\ncapabilities = [\"size\"]\n";
    EXPECT_NE(refusal({"-m", "8", "--", "x"}, roomy(), without).find("capability"),
              std::string::npos);
    EXPECT_EQ(refusal({"-m", "8", "--", "x"}, roomy(), with), "accepted");
    EXPECT_EQ(refusal({"-m", "8", "--", "x"}, roomy()), "accepted");
}

TEST(Plan, AServerThatSpeaksAnotherTransportIsSkipped) {
    EXPECT_NE(refusal({"--", "x"}, roomy(), "transports = [\"rsocket\"]\n", ExitCode::skipped)
                  .find("skipped"),
              std::string::npos);
    EXPECT_EQ(refusal({"--", "x"}, roomy(), "transports = [\"udp\", \"tcp\"]\n"), "accepted");
    EXPECT_EQ(refusal({"--transport", "unix", "--", "x"}, roomy(), "transports = [\"tcp\"]\n",
                      ExitCode::skipped),
              "x: skipped: it speaks tcp, not unix; choose a server whose server.toml lists "
              "\"unix\" in transports, or measure with --transport tcp");
    EXPECT_EQ(refusal({"--", "x"}, roomy(), "summary = \"s\"\n"), "accepted");
}

// A server has to be asked for what is not its default, the first that it lists.
TEST(Plan, AServerIsToldTheTransportThatIsNotItsDefault) {
    const auto command = [](const std::vector<std::string>& options, const std::string& metadata) {
        std::vector<std::string> arguments = options;
        arguments.insert(arguments.end(), {"-m", "8", "--", "x"});
        const Plan plan = plan_for(arguments, two_cpus, metadata);
        return joined(command_line_for(plan.spec.run, plan.spec.run.endpoint.by_hand()), " ");
    };
    const std::string first_tcp = "transports = [\"tcp\", \"unix\"]\ncapabilities = [\"size\"]\n";
    const std::string first_unix = "transports = [\"unix\", \"tcp\"]\ncapabilities = [\"size\"]\n";
    EXPECT_EQ(command({}, first_tcp), "x -p 9000 -m 8");
    EXPECT_EQ(command({"--transport", "unix"}, first_tcp), "x -p 9000 -t unix -m 8");
    EXPECT_EQ(command({}, first_unix), "x -p 9000 -t tcp -m 8");
    EXPECT_EQ(command({"--transport", "unix"}, first_unix), "x -p 9000 -m 8");
    EXPECT_EQ(command({}, ""), "x -p 9000 -m 8");
    EXPECT_EQ(command({"--transport", "unix"}, ""), "x -p 9000 -t unix -m 8");
}

TEST(Plan, IsShownWithEverythingThatWasChosen) {
    const std::string text = plan_report(plan_for({"-c", "16", "--", "x"}, two_cpus));
    for (const char* part : {"server     x, CPUs", "16 connections, 1 worker, driver wait",
                             "transport  tcp\n", "250 ms warm-up", "10 to 60"}) {
        EXPECT_NE(text.find(part), std::string::npos) << part << " in\n" << text;
    }
}

TEST(Plan, IsRepeatedByTwoCommands) {
    const std::vector<std::string> arguments{"-c", "2", "--", "a b", "it's"};
    const std::string text =
        numactl_commands(parse_options(arguments), plan_for(arguments, two_cpus));
    EXPECT_NE(text.find("--physcpubind="), std::string::npos) << text;
    EXPECT_NE(text.find("'a b' 'it'\\''s' -p 9000 &\n"), std::string::npos) << text;
    const std::vector<std::string> local{"--transport", "unix", "--", "x"};
    const std::string over_unix = numactl_commands(parse_options(local), plan_for(local, two_cpus));
    EXPECT_NE(over_unix.find(" x -p 9000 -t unix &\n"), std::string::npos) << over_unix;
    EXPECT_NE(over_unix.find(" -p 9000 --transport unix -c 1 "), std::string::npos) << over_unix;
    EXPECT_NE(text.find("target/volley -p 9000 -c 2 -t 1 --driver wait --name 'a b' --warmup "
                        "0.250000s --seed 7\n"),
              std::string::npos)
        << text;
}

// The printed client command gives what was requested: read back, it has the same settings. The
// exceptions are those of the server's life and of placement, which the printed command leaves to
// numactl and the server.
TEST(Plan, TheCommandsForARepetitionLoseNoOption) {
    const std::vector<std::string> arguments{"-p",
                                             "7000",
                                             "--host",
                                             "::1",
                                             "--name",
                                             "x y",
                                             "--terminate",
                                             "-c",
                                             "3",
                                             "--threads",
                                             "1",
                                             "--driver",
                                             "spin",
                                             "-m",
                                             "64",
                                             "--timeout",
                                             "3s",
                                             "--connect-timeout",
                                             "7s",
                                             "--precision",
                                             "2%",
                                             "--confidence",
                                             "99%",
                                             "--statistic",
                                             "p90",
                                             "--min-runs",
                                             "12",
                                             "--max-runs",
                                             "40",
                                             "-d",
                                             "0.5s",
                                             "-w",
                                             "0.1s",
                                             "--max-time",
                                             "100s",
                                             "--seed",
                                             "5",
                                             "--round",
                                             "2",
                                             "--no-placement",
                                             "--keep-awake",
                                             "--realtime"};
    const Options options = parse_options(arguments);
    const std::string text = numactl_commands(options, plan_for(arguments, two_cpus));
    const auto begin = text.find("target/volley ");
    ASSERT_NE(begin, std::string::npos) << text;
    std::istringstream rest(text.substr(begin + std::string("target/volley ").size()));
    std::vector<std::string> words;
    for (std::string word; rest >> word;) {
        if (word == "y'") {
            words.back() = "x y";
        } else {
            words.push_back(word);
        }
    }
    const auto again = settings_of(parse_options(words));
    for (const auto& [name, value] : settings_of(options)) {
        EXPECT_EQ(value_of(again, name), value) << name << " in " << text;
    }
}

TEST(Executable, WhatCannotBeExecutedIsNamed) {
    for (const char* bad : {"/nonexistent/server", "/tmp", "/etc/passwd", "no-such-command-here"}) {
        try {
            static_cast<void>(find_executable(bad));
            ADD_FAILURE() << bad;
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ExitCode::usage);
            EXPECT_NE(std::string(error.what()).find(bad), std::string::npos);
        }
    }
    EXPECT_EQ(find_executable("/bin/sh"), "/bin/sh");
    EXPECT_TRUE(find_executable("sh").ends_with("/sh"));
}

}  // namespace
}  // namespace volley
