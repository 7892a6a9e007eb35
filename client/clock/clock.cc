#include "clock/clock.hh"

#include <algorithm>
#include <array>
#include <cstdio>

namespace volley {

namespace {

Duration to_duration(const timespec& time) {
    return std::chrono::seconds(time.tv_sec) + Duration(time.tv_nsec);
}

}  // namespace

int milliseconds_until(TimePoint deadline) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - now()).count();
    constexpr long most = 1'000'000'000;  // fits an int, and is 11 days
    return static_cast<int>(std::clamp<long>(left, 0, most));
}

Duration thread_cpu_time() {
    timespec reading{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &reading);
    return to_duration(reading);
}

Duration cpu_time_of(clockid_t clock) {
    return read({clock}).value_or(Duration::zero());
}

std::optional<CpuClock> cpu_clock_of(int process) {
    CpuClock clock{};
    return ::clock_getcpuclockid(process, &clock.id) == 0 ? std::optional(clock) : std::nullopt;
}

std::optional<Duration> read(CpuClock clock) {
    timespec reading{};
    return ::clock_gettime(clock.id, &reading) == 0 ? std::optional(to_duration(reading))
                                                    : std::nullopt;
}

std::string wall_clock_text() {
    timespec reading{};
    ::clock_gettime(CLOCK_REALTIME, &reading);
    std::tm parts{};
    ::gmtime_r(&reading.tv_sec, &parts);
    std::array<char, 64> text{};
    const auto length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    std::snprintf(text.data() + length, text.size() - length, ".%03ldZ",
                  reading.tv_nsec / 1'000'000);
    return text.data();
}

}  // namespace volley
