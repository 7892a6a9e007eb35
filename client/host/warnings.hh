// Warnings that an expert would give, each with a remedy of one line. Facts become warnings only
// here.
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
    std::string message;  // the fact, with its value, and what it means for the figures
    std::string remedy;   // one line: what to do
};

// The options of the measurement that a warning depends on.
struct Intent {
    std::size_t connections = 0;  // 0: not known
    bool keep_awake = false;
    bool realtime = false;
};

// What the runs showed: the sum or the worst over all runs.
struct RunFacts {
    double worker_share = 0;  // CPU used by the busiest worker: share of one CPU, 0 … 1
    // Some worker was busy at least 0.95 of its time, as the driver measures it. worker_share
    // cannot tell, because a spinning worker always uses 1.0.
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
    // Runs in which too much of the connections' time went into round trips that ended after the
    // run. stalled: this holds for most runs.
    std::size_t stalled_runs = 0;
    bool stalled = false;
    double longest_trip_ns = 0;
    std::size_t complete_runs = 0;
    // Runs with fewer round trips than asked for.
    std::size_t runs_with_few_trips = 0;
    std::uint64_t fewest_trips = ~std::uint64_t{0};
    std::uint64_t least_trips = 0;
    bool server_was_killed = false;  // in some run it did not end in time after SIGTERM
    std::string server_left_behind;  // processes that ran on after it had ended; "": none
};

// Warnings known before measuring, from the machine and the plan; the most important first.
[[nodiscard]] std::vector<Warning> warnings_before(const Environment& environment,
                                                   const Placement& placement,
                                                   const Intent& intent = {});
// Warnings known only after measuring.
[[nodiscard]] std::vector<Warning> warnings_after(const RunFacts& facts,
                                                  const Placement& placement);

// Every id that either can return, each once, so that a test can check that benchmark/machine.md
// has a heading for it.
[[nodiscard]] std::vector<std::string> warning_ids();

}  // namespace volley
