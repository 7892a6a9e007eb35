#include "run/calibrate.hh"

#include <algorithm>

#include "base/own_thread.hh"
#include "clock/calibrate.hh"
#include "host/affinity.hh"
#include "host/environment.hh"
#include "run/probe.hh"

namespace volley {

namespace {

constexpr Duration longest_noise_probe = std::chrono::milliseconds(200);
constexpr Duration floor_probe = std::chrono::milliseconds(20);

// One connection to the server in memory, by the driver that will be used for measuring.
Probe probe_null(const RunSpec& planned) {
    RunSpec spec = planned;
    spec.server.reset();
    spec.endpoint = Endpoint(NullEndpoint());
    spec.connections = 1;
    spec.workers = 1;
    spec.message_bytes = challenge_bytes;
    spec.realtime = false;
    spec.warmup = Duration::zero();
    spec.run_time = floor_probe;
    return probe(spec);
}

}  // namespace

SelfCalibration calibrate_client(const RunSpec& spec) {
    const Duration noise_probe = std::clamp(spec.run_time, floor_probe, longest_noise_probe);
    SelfCalibration result;
    // A thread of its own, so that the pinning ends with the thread.
    on_own_thread([&] {
        if (!spec.placement.client_cpus.empty()) {
            pin_this_thread({spec.placement.client_cpus.front()});
        }
        const LoadSample load_before = sample_load({});
        const Duration own_before = thread_cpu_time();
        const TimePoint began = now();
        const ClockCalibration clock = calibrate_clock(noise_probe);
        result.figures = {.clock_reading_ns = clock.reading_ns,
                          .clock_gap_p50_ns = clock.gap_p50_ns,
                          .clock_gap_p99_9_ns = clock.gap_p99_9_ns,
                          .clock_gap_longest_ns = clock.gap_longest_ns};
        const Probe null = probe_null(spec);
        result.figures.null_round_trip_ns = null.round_trips.mean().value_or(0);
        const double wall = to_seconds(now() - began);
        const double own = to_seconds(thread_cpu_time() - own_before + null.workers_cpu);
        const LoadSample load_after = sample_load({});
        if (load_before.busy_seconds && load_after.busy_seconds) {
            const double busy = *load_after.busy_seconds - *load_before.busy_seconds;
            result.other_load = std::max(0.0, (busy - own) / wall);
        }
    });
    return result;
}

}  // namespace volley
