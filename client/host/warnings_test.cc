#include "host/warnings.hh"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "host/warnings_for_tests.hh"

namespace volley {
namespace {

using namespace warnings_fixture;

TEST(WarningsBefore, QuietMachineHasNone) {
    EXPECT_EQ(ids_of(warnings_before(quiet_machine(), good_plan())), Ids{});
    EXPECT_EQ(ids_of(warnings_before(quiet_machine(), good_plan(), {.connections = 16})), Ids{});
}

TEST(WarningsBefore, AbsentFactsAreNoWarnings) {
    EXPECT_EQ(ids_of(warnings_before(Environment{}, good_plan(), {.connections = 16})), Ids{});
}

TEST(WarningsBefore, PlacementIsJudged) {
    Placement plan;
    plan.enabled = false;
    static_cast<void>(only(warnings_before(quiet_machine(), plan), "not-placed"));

    plan = good_plan();
    plan.server_cpus.clear();
    plan.server_nodes.clear();
    plan.sharing = Sharing::unknown;
    static_cast<void>(only(warnings_before(quiet_machine(), plan), "server-not-placed"));
}

TEST(WarningsBefore, SharingIsSaidOnceAndNotAgainAsANote) {
    Placement plan = good_plan();
    plan.client_cpus = {1};
    plan.sharing = Sharing::some_cpus;
    plan.notes = {sharing_note(plan), "a thing: its consequence; its remedy"};
    std::vector<Warning> warnings = warnings_before(quiet_machine(), plan);
    ASSERT_EQ(ids_of(warnings), (Ids{"cpus-shared", "placement-note"}));
    EXPECT_EQ(warnings[0].message + "; " + warnings[0].remedy, sharing_note(plan));
    EXPECT_EQ(warnings[1].message, "a thing: its consequence");
    EXPECT_EQ(warnings[1].remedy, "its remedy");

    plan = good_plan();
    plan.sharing = Sharing::smt_siblings;
    plan.notes = {sharing_note(plan)};
    Environment environment = quiet_machine();
    environment.smt_active = true;  // not reported a second time
    static_cast<void>(only(warnings_before(environment, plan), "smt-siblings-shared"));
}

TEST(WarningsBefore, DescriptorLimitIsHeldAgainstTheConnections) {
    EXPECT_FALSE(has(warnings_before(quiet_machine(), good_plan(), {.connections = 960}),
                     "descriptor-limit"));
    const auto warnings = warnings_before(quiet_machine(), good_plan(), {.connections = 961});
    EXPECT_NE(only(warnings, "descriptor-limit").message.find("1024"), std::string::npos);
}

TEST(WarningsBefore, QuotaIsHeldAgainstTheMeasuredCpus) {
    Environment environment = quiet_machine();
    environment.cpu_quota = 2;
    EXPECT_EQ(ids_of(warnings_before(environment, good_plan())), Ids{});
    environment.cpu_quota = 1.5;
    const auto warnings = warnings_before(environment, good_plan());
    EXPECT_NE(only(warnings, "cpu-quota").message.find("1.50"), std::string::npos);
}

TEST(WarningsBefore, OtherLoadAndAutogroupGoTogether) {
    Environment environment = quiet_machine();
    environment.autogroup = true;
    EXPECT_EQ(ids_of(warnings_before(environment, good_plan())), Ids{}) << "nobody competes";
    environment.other_load = 0.5;
    const auto warnings = warnings_before(environment, good_plan());
    ASSERT_EQ(ids_of(warnings), (Ids{"other-load", "autogroup"}));
    EXPECT_NE(warnings[1].remedy.find("echo -20 > /proc/self/autogroup"), std::string::npos);
    EXPECT_EQ(ids_of(warnings_before(environment, good_plan(), {.realtime = true})),
              Ids{"other-load"});
    environment.autogroup_nice = -20;
    EXPECT_EQ(ids_of(warnings_before(environment, good_plan())), Ids{"other-load"});
    environment.online_cpus = 64;
    EXPECT_EQ(ids_of(warnings_before(environment, good_plan())), Ids{}) << "small share of 64";
}

TEST(WarningsBefore, WakingUpIsSaidUnlessItIsPrevented) {
    Environment environment = quiet_machine();
    environment.idle_states = 3;
    EXPECT_NE(
        only(warnings_before(environment, good_plan()), "idle-states").message.find("3 states"),
        std::string::npos);
    EXPECT_EQ(ids_of(warnings_before(environment, good_plan(), {.keep_awake = true})), Ids{});
    environment.kernel_command_line = "quiet idle=poll";
    EXPECT_EQ(ids_of(warnings_before(environment, good_plan())), Ids{});

    environment = quiet_machine();
    environment.virtualization = "kvm";
    environment.idle_driver = "none";
    environment.idle_states.reset();
    EXPECT_EQ(ids_of(warnings_before(environment, good_plan())),
              (Ids{"virtualized", "idle-states"}));
}

TEST(WarningsBefore, ContainerAloneIsNoVirtualMachine) {
    Environment environment = quiet_machine();
    environment.virtualization = "docker";
    EXPECT_EQ(ids_of(warnings_before(environment, good_plan())), Ids{});
    environment.virtualization = "docker on kvm";
    static_cast<void>(only(warnings_before(environment, good_plan()), "virtualized"));
}

TEST(WarningsBefore, FrequencyRemediesSuitTheDriver) {
    Environment environment = quiet_machine();
    environment.governor = "performance,powersave";
    static_cast<void>(only(warnings_before(environment, good_plan()), "governor-not-performance"));
    environment = quiet_machine();
    environment.turbo = true;
    EXPECT_NE(only(warnings_before(environment, good_plan()), "turbo-on").remedy.find("no_turbo"),
              std::string::npos);
    environment.frequency_driver = "amd-pstate-epp";
    EXPECT_NE(only(warnings_before(environment, good_plan()), "turbo-on").remedy.find("boost"),
              std::string::npos);
}

TEST(WarningsBefore, NumaBalancingCountsOnlyWhereMemoryCanMove) {
    Environment environment = quiet_machine();
    environment.numa_balancing = true;
    Placement plan = good_plan();
    plan.enabled = false;
    EXPECT_FALSE(has(warnings_before(environment, plan), "numa-balancing")) << "one node";
    environment.nodes = 2;
    EXPECT_TRUE(has(warnings_before(environment, plan), "numa-balancing"));
    EXPECT_EQ(ids_of(warnings_before(environment, good_plan())), Ids{}) << "bound";
}

TEST(WarningsBefore, SmtAndClockSourceAreSaid) {
    Environment environment = quiet_machine();
    environment.smt_active = true;
    static_cast<void>(only(warnings_before(environment, good_plan()), "smt-active"));
    environment = quiet_machine();
    for (const char* source : {"hpet", "kvm-clock", "acpi_pm", "hyperv_clocksource_tsc_page"}) {
        environment.clock_source = source;
        EXPECT_NE(only(warnings_before(environment, good_plan()), "clock-source-not-tsc")
                      .message.find(source),
                  std::string::npos);
    }
    environment.clock_source = "arch_sys_counter";
    EXPECT_EQ(ids_of(warnings_before(environment, good_plan())), Ids{});
}

// All warnings at once, from two plans that exclude each other.
std::vector<Warning> all_warnings() {
    Environment environment = quiet_machine();
    environment.nodes = 2;
    environment.clock_source = "hpet";
    environment.governor = "powersave";
    environment.turbo = environment.smt_active = environment.numa_balancing = true;
    environment.autogroup = true;
    environment.idle_states = 2;
    environment.virtualization = "kvm";
    environment.other_load = 2;
    environment.cpu_quota = 0.5;
    const RunFacts facts{.worker_share = 1,
                         .worker_saturated = true,
                         .server_share = 0.1,
                         .involuntary_switches_per_second = 1e4,
                         .steal_share = 0.5,
                         .migrations = 7,
                         .clock_reading_ns = 1e3,
                         .longest_clock_gap_ns = 1e6,
                         .single_run = true,
                         .server_is_ours = false,
                         .drift_over_runs = true,
                         .bimodal = true,
                         .not_offloaded = "in 2 of 2 runs: no card",
                         .stalled_runs = 2,
                         .stalled = true,
                         .longest_trip_ns = 1.5e9,
                         .complete_runs = 2,
                         .runs_with_few_trips = 1,
                         .fewest_trips = 8,
                         .least_trips = 64,
                         .server_was_killed = true,
                         .server_left_behind = "sleep (4711)"};
    Placement unplaced;
    unplaced.enabled = false;
    Placement shared = good_plan();
    shared.client_cpus = {1};
    shared.sharing = Sharing::some_cpus;
    shared.notes = {"a thing: its consequence; its remedy"};
    Placement siblings = good_plan();
    siblings.sharing = Sharing::smt_siblings;
    Placement not_ours = good_plan();
    not_ours.server_cpus.clear();
    std::vector<Warning> all = warnings_after(facts, good_plan());
    for (const Placement& plan : {unplaced, shared, siblings, not_ours}) {
        for (Warning& warning : warnings_before(environment, plan, {.connections = 10000})) {
            all.push_back(std::move(warning));
        }
    }
    return all;
}

TEST(Warnings, TheListOfIdsIsWhatCanBeReturned) {
    std::set<std::string> returned;
    for (const Warning& warning : all_warnings()) {
        returned.insert(warning.id);
    }
    const Ids listed = warning_ids();
    EXPECT_EQ(returned, std::set<std::string>(listed.begin(), listed.end()));
    EXPECT_EQ(returned.size(), listed.size()) << "no id twice";
}

TEST(Warnings, EachIsOneLineWithARemedy) {
    for (const Warning& warning : all_warnings()) {
        EXPECT_FALSE(warning.message.empty()) << warning.id;
        EXPECT_FALSE(warning.remedy.empty()) << warning.id;
        EXPECT_EQ((warning.message + warning.remedy).find('\n'), std::string::npos) << warning.id;
        EXPECT_EQ(warning.id.find_first_not_of("abcdefghijklmnopqrstuvwxyz-"), std::string::npos)
            << warning.id;
    }
}

}  // namespace
}  // namespace volley
