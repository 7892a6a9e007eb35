// The one clock of the program, and the only file that reads it in a measured loop.
//
// CLOCK_MONOTONIC through the vDSO: no system call, ordered, and the same on every CPU. rdtscp was
// rejected: it would save about 5 ns a reading, but needs a check of invariance, migration and
// frequency on every machine.
#pragma once

#include <ctime>

#include <chrono>
#include <optional>
#include <string>

#include "base/units.hh"

namespace volley {

// A moment on CLOCK_MONOTONIC.
struct MonotonicClock {
    using duration = Duration;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<MonotonicClock>;
    static constexpr bool is_steady = true;

    static time_point now() noexcept {
        timespec reading{};
        ::clock_gettime(CLOCK_MONOTONIC, &reading);
        return time_point(std::chrono::seconds(reading.tv_sec) + Duration(reading.tv_nsec));
    }
};
using TimePoint = MonotonicClock::time_point;

[[nodiscard]] inline TimePoint now() noexcept {
    return MonotonicClock::now();
}

// Milliseconds left until the deadline, rounded up, at least 0; for poll(2).
[[nodiscard]] int milliseconds_until(TimePoint deadline);

// CPU time that the calling thread has used. A system call of about 0.2 µs: not for the measured
// loop.
[[nodiscard]] Duration thread_cpu_time();

// The reading of a CPU-time clock (pthread_getcpuclockid); zero if its thread is gone.
[[nodiscard]] Duration cpu_time_of(clockid_t clock);

// The CPU-time clock of a process: all its threads together, including ended ones. Exact to the
// nanosecond; /proc has only ticks of 10 ms.
struct CpuClock {
    clockid_t id;
};
// Nothing if the process is gone. The clock belongs to the process number: a later user must check
// that the number has not been given to another process.
[[nodiscard]] std::optional<CpuClock> cpu_clock_of(int process);
// A system call of about half a microsecond. Nothing if the process is gone.
[[nodiscard]] std::optional<Duration> read(CpuClock clock);

// The wall clock as text, UTC, ISO 8601 with milliseconds: "2026-01-31T12:00:00.123Z".
[[nodiscard]] std::string wall_clock_text();

}  // namespace volley
