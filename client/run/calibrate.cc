#include "run/calibrate.hh"

#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <span>
#include <utility>

#include "base/own_thread.hh"
#include "base/owned_fd.hh"
#include "clock/calibrate.hh"
#include "host/affinity.hh"
#include "host/environment.hh"
#include "run/drivers.hh"
#include "transport/null.hh"

namespace volley {

namespace {

constexpr Duration noise_probe = std::chrono::milliseconds(200);
constexpr Duration floor_probe = std::chrono::milliseconds(20);

double null_round_trip_ns(const RunSpec& spec) {
    CommonWindows windows(Duration::zero(), floor_probe);
    Recorder recorder(windows);
    const Payload payload(challenge_bytes, spec.seed);
    Conversation conversation(payload, spec.timeout, spec.seed);
    // Readable at all times, so that a driver that waits for descriptors finds a reply at once.
    OwnedFd readable(::eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!readable) {
        throw_errno("no eventfd to measure the client's floor with", errno,
                    "raise the descriptor limit (ulimit -n)");
    }
    std::array<Connection<NullChannel>, 1> connections{
        {{.channel = NullChannel(std::move(readable)), .number = 1}}};
    const std::span<Connection<NullChannel>> all(connections);
    const auto drive = [&](auto&& loop) {
        windows.start_at(now());
        recorder.start(now());
        loop();
    };
    // Each driver by its own loop: what it does beside the channel is the floor.
    switch (spec.driver) {
        case DriverKind::block:
            drive(
                [&] { drive_blocking(connections.front(), conversation, recorder, ClosedLoop{}); });
            break;
        case DriverKind::spin:
            drive([&] {
                static_cast<void>(drive_spinning(all, conversation, recorder, ClosedLoop{}));
            });
            break;
        case DriverKind::wait: {
            WaitingDriver driver(all, conversation, recorder, ClosedLoop{});
            drive([&] { driver.drive(); });
            break;
        }
    }
    windows.finish();
    return windows.series().pooled().mean().value_or(0);
}

}  // namespace

SelfCalibration calibrate_client(const RunSpec& spec) {
    SelfCalibration result;
    // A thread of its own, so that the pinning ends with it.
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
        result.figures.null_round_trip_ns = null_round_trip_ns(spec);
        const double wall = to_seconds(now() - began);
        const double own = to_seconds(thread_cpu_time() - own_before);
        const LoadSample load_after = sample_load({});
        if (load_before.busy_seconds && load_after.busy_seconds) {
            const double busy = *load_after.busy_seconds - *load_before.busy_seconds;
            result.other_load = std::max(0.0, (busy - own) / wall);
        }
    });
    return result;
}

}  // namespace volley
