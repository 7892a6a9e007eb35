// What an expert would object to, each with one line of remedy: the only place where a fact becomes
// a warning.
//
// Pure: facts in, warnings out. The id is stable: benchmark/machine.md has a heading for each, and
// results carry it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "host/environment.hh"
#include "host/placement.hh"

namespace volley {

struct Warning {
    std::string id;       // stable, kebab-case, e.g. "cpus-shared"
    std::string message;  // what is so, with its value, and what follows for the figures
    std::string remedy;   // one line: what to do
};

// What is about to be done, as far as a warning depends on it.
struct Intent {
    std::size_t connections = 0;  // 0: not known
    bool keep_awake = false;
    bool realtime = false;
};

// What the runs themselves showed, summed or taken at its worst over all runs.
struct RunFacts {
    double worker_share = 0;  // CPU used by the busiest worker: share of one CPU, 0 … 1
    // By the driver's own measure: some worker was busy at least 0.95 of its time. worker_share
    // alone cannot tell, because a spinning worker always uses 1.0.
    bool worker_saturated = false;
    std::optional<double>
        server_share;  // CPU used by the server over its allowed CPUs, 0 … 1; absent: not ours
    double involuntary_switches_per_second = 0;  // of the workers, per worker
    double steal_share = 0;                      // of the measured CPUs' time
    std::uint64_t migrations = 0;                // of unpinned workers
    double clock_reading_ns = 0;
    double longest_clock_gap_ns = 0;  // in the noise probe of 0.2 s
    bool single_run = false;
    bool server_is_ours = true;
    bool drift_over_runs = false;
    bool bimodal = false;
    std::string not_offloaded;  // in which runs, and why; "": none
    // Runs in which too much of the connections' time went into round trips that ended after them;
    // stalled: most runs are such.
    std::size_t stalled_runs = 0;
    bool stalled = false;
    double longest_trip_ns = 0;
    std::size_t complete_runs = 0;
    // Runs with fewer round trips than were asked for.
    std::size_t runs_with_few_trips = 0;
    std::uint64_t fewest_trips = ~std::uint64_t{0};
    std::uint64_t least_trips = 0;
    bool server_was_killed = false;  // in some run it did not end by SIGTERM in time
    std::string server_left_behind;  // processes that went on when it had ended; "": none
};

// Known before measuring: from the machine and the plan. The most important first.
[[nodiscard]] std::vector<Warning> warnings_before(const Environment& environment,
                                                   const Placement& placement,
                                                   const Intent& intent = {});
// Known afterwards.
[[nodiscard]] std::vector<Warning> warnings_after(const RunFacts& facts,
                                                  const Placement& placement);

// Every id that either can return, each once, so that a test can ask benchmark/machine.md for its
// heading.
[[nodiscard]] std::vector<std::string> warning_ids();

}  // namespace volley
