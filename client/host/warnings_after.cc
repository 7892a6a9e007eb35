#include <array>
#include <cstdio>
#include <string>

#include "base/program.hh"
#include "base/units.hh"
#include "host/warnings.hh"

namespace volley {

namespace {

using Warnings = std::vector<Warning>;

// Below this the server has time to spare, so a saturated client is the bottleneck.
constexpr double busy_server = 0.9;
// Above this, a CPU shared by client and server has nothing to spare for either.
constexpr double full_cpu = 0.95;
// Kernel threads interrupt a pinned worker a few times a second; more than this comes from
// programs.
constexpr double most_involuntary_switches_per_second = 20;
// A run of one second on two CPUs has 200 ticks of 10 ms, so less than two ticks is rounding.
constexpr double most_steal_share = 0.01;
// Longer than any interrupt handler on a quiet machine, and as long as several round trips.
constexpr double longest_quiet_gap_ns = 100e3;
// A reading takes 15 to 40 ns through the vDSO, and 100 ns or more as a system call.
constexpr double slow_clock_reading_ns = 100;

std::string percent(double share) {
    std::array<char, 48> text{};
    std::snprintf(text.data(), text.size(), share < 0.1 ? "%.1f %%" : "%.0f %%", share * 100);
    return text.data();
}

void about_offload(const RunFacts& facts, Warnings& warnings) {
    if (!facts.not_offloaded.empty()) {
        warnings.push_back({"not-offloaded",
                            "the server is meant to bypass the kernel but did not " +
                                facts.not_offloaded +
                                "; the figures are not those of its network stack",
                            "such network stacks serve only their own network cards, never the "
                            "loopback: measure through such a card (benchmark/machine.md, "
                            "not-offloaded)"});
    }
}

void about_bottleneck(const RunFacts& facts, const Placement& placement, Warnings& warnings) {
    constexpr const char* id = "client-is-the-bottleneck";
    constexpr const char* remedy =
        "give the client more CPUs and workers (-t, --client-cpus), or open fewer connections";
    const double server = facts.server_share.value_or(0);
    if (placement.sharing == Sharing::some_cpus) {
        if (facts.worker_saturated || facts.worker_share + server >= full_cpu) {
            warnings.push_back({id,
                                "client and server share CPUs and use them fully (busiest worker " +
                                    percent(facts.worker_share) + ", server " + percent(server) +
                                    "): it is unknown which of the two limits the figures",
                                "give each its own CPUs (--server-cpus, --client-cpus)"});
        }
        return;
    }
    if (!facts.worker_saturated || server >= busy_server) {
        return;
    }
    warnings.push_back(
        {id,
         facts.server_share
             ? "a worker of the client was busy all the time while the server used only " +
                   percent(server) +
                   " of its CPUs: the figures show the limit of the client, not of the server"
             : "a worker of the client was busy all the time: unless the server was "
               "too, the figures show the limit of the client",
         remedy});
}

void about_interruptions(const RunFacts& facts, const Placement& placement, Warnings& warnings) {
    // On shared CPUs the server interrupts the workers, and the sharing has been reported already.
    if (placement.sharing != Sharing::some_cpus &&
        facts.involuntary_switches_per_second > most_involuntary_switches_per_second) {
        warnings.push_back({"involuntary-switches",
                            "something else took a worker off its CPU " +
                                format_count(facts.involuntary_switches_per_second) +
                                " times a second, and each time a round trip had to wait",
                            "stop other programs, raise the priority of this session (echo -20 > "
                            "/proc/self/autogroup), or use --realtime"});
    }
    if (facts.steal_share > most_steal_share) {
        warnings.push_back(
            {"steal",
             "the hypervisor took away " + percent(facts.steal_share) +
                 " of the CPUs' time in at least one run: this causes long round trips",
             "use a machine or an instance type with dedicated CPUs, or measure "
             "at a quieter time"});
    }
    if (facts.migrations > 0) {
        warnings.push_back({"migrations",
                            "unpinned workers changed CPU " +
                                format_count(static_cast<double>(facts.migrations)) +
                                " times: round-trip times depend on where client and server happen "
                                "to run",
                            "leave out --no-placement"});
    }
}

void about_clock(const RunFacts& facts, Warnings& warnings) {
    if (facts.clock_reading_ns > slow_clock_reading_ns) {
        warnings.push_back({"clock-slow",
                            "reading the clock takes " +
                                format_nanoseconds(facts.clock_reading_ns) +
                                ", which is part of every round trip",
                            "use a clock source that is read without a system call (tsc)"});
    }
    if (facts.longest_clock_gap_ns > longest_quiet_gap_ns) {
        warnings.push_back({"clock-gaps",
                            "a CPU that did nothing but read the clock stood still for " +
                                format_nanoseconds(facts.longest_clock_gap_ns) +
                                ": the machine itself adds such pauses to the high percentiles",
                            "stop other programs; look for interrupts (/proc/interrupts), firmware "
                            "(SMI) and the hypervisor"});
    }
}

// A run this many times longer than its longest round trip contains many such trips.
constexpr double run_over_longest_trip = 20;

void about_stalls(const RunFacts& facts, Warnings& warnings) {
    const std::string of = std::to_string(facts.stalled_runs) + " of " +
                           std::to_string(facts.complete_runs) +
                           (facts.complete_runs == 1 ? " run " : " runs ");
    const std::string longest = format_nanoseconds(facts.longest_trip_ns);
    if (facts.stalled_runs > 0) {
        warnings.push_back(
            {"stalled",
             (facts.stalled ? "in " : "in only ") + of +
                 "more than 5 % of connection time was spent in round trips that ended after the "
                 "run (the longest took " +
                 longest + "); only max and the time-weighted quantile include them",
             "use runs of at least " +
                 format_nanoseconds(run_over_longest_trip * facts.longest_trip_ns) +
                 " (--run-time, with a --max-time that allows them), or find the cause of the "
                 "stall"});
    }
    if (facts.runs_with_few_trips > 0) {
        warnings.push_back({"few-round-trips",
                            std::to_string(facts.runs_with_few_trips) + " of " +
                                std::to_string(facts.complete_runs) +
                                (facts.complete_runs == 1 ? " run" : " runs") +
                                " had fewer than the " +
                                format_count(static_cast<double>(facts.least_trips)) +
                                " round trips that their figures need (the fewest: " +
                                format_count(static_cast<double>(facts.fewest_trips)) +
                                "), because the time limit left no room for longer runs",
                            "raise --max-time, or choose a lower quantile with --statistic"});
    }
}

void about_validity(const RunFacts& facts, Warnings& warnings) {
    if (facts.single_run) {
        warnings.push_back({"single-run",
                            "there is only one run: its interval does not include differences "
                            "between runs",
                            "make at least 10 runs (--runs 10)"});
    }
    if (!facts.server_is_ours) {
        warnings.push_back({"server-not-restarted",
                            "the server was not restarted between runs: the intervals do not "
                            "include differences between one start and the next",
                            "let volley start the server: volley [options] -- SERVER"});
    }
    if (facts.drift_over_runs) {
        warnings.push_back(
            {"drift-over-runs",
             "successive runs resemble each other more than distant ones: conditions "
             "drifted, and the figures may differ at another time",
             "to compare servers, measure them in turns (benchmark/sweep.sh)"});
    }
    if (facts.bimodal) {
        warnings.push_back(
            {"bimodal",
             "the runs fall into two groups with a gap between them: which group the "
             "median falls into may be chance",
             "look at the runs in the result file; a common cause is memory or CPU "
             "placement when the server starts"});
    }
    if (facts.server_was_killed) {
        warnings.push_back({"server-was-killed",
                            "the server did not end on SIGTERM in time and was killed: this breaks "
                            "the contract, but affects no figure",
                            "check it with " + call_of("conform") + ", or raise --stop-timeout"});
    }
    if (!facts.server_left_behind.empty()) {
        warnings.push_back({"server-left-processes",
                            "the server ended but left processes running, which were killed: " +
                                facts.server_left_behind,
                            "the server must end all processes that it starts; check it with " +
                                call_of("conform")});
    }
}

}  // namespace

std::vector<Warning> warnings_after(const RunFacts& facts, const Placement& placement) {
    Warnings warnings;
    about_offload(facts, warnings);
    about_bottleneck(facts, placement, warnings);
    about_interruptions(facts, placement, warnings);
    about_clock(facts, warnings);
    about_stalls(facts, warnings);
    about_validity(facts, warnings);
    return warnings;
}

}  // namespace volley
