#include "run/recorder.hh"

#include <sched.h>

#include <algorithm>

namespace volley {

namespace {

Duration to_duration(const timeval& time) {
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

}  // namespace

ThreadUsage usage_of_this_thread() {
    rusage usage{};
    ::getrusage(RUSAGE_THREAD, &usage);
    ThreadUsage result{.user = to_duration(usage.ru_utime),
                       .system = to_duration(usage.ru_stime),
                       .voluntary_switches = static_cast<std::uint64_t>(usage.ru_nvcsw),
                       .involuntary_switches = static_cast<std::uint64_t>(usage.ru_nivcsw),
                       .at = now()};
    return result;
}

void Recorder::start(TimePoint at) {
    last_cpu_ = ::sched_getcpu();
    slice_ = windows_->slice_at(at);
    if (slice_.phase != Phase::warmup) {
        at_start_ = usage_of_this_thread();
    }
}

TimePoint Recorder::cross_edge(TimePoint began, TimePoint ended) {
    const auto trip = static_cast<std::uint64_t>((ended - began).count());
    if (slice_.phase == Phase::over) {
        ++in_flight_at_end_;
        longest_in_flight_ns_ = std::max(longest_in_flight_ns_, trip);
        return ended;
    }
    const Phase before = slice_.phase;
    slice_ = windows_->exchange(slice_, samples_, ended);
    samples_.clear();
    note_phase(before);
    if (slice_.phase == Phase::over) {
        ++in_flight_at_end_;
        longest_in_flight_ns_ = std::max(longest_in_flight_ns_, trip);
    } else {
        samples_.record(trip);
    }
    return now();
}

void Recorder::note_phase(Phase before) {
    const int cpu = ::sched_getcpu();
    migrations_ += cpu != last_cpu_ && before != Phase::warmup ? 1 : 0;
    last_cpu_ = cpu;
    if (before == slice_.phase) {
        return;
    }
    if (before == Phase::warmup) {
        at_start_ = usage_of_this_thread();
    }
    if (slice_.phase == Phase::over) {
        at_end_ = usage_of_this_thread();
    }
}

void Recorder::abandon() {
    if (slice_.phase == Phase::measured) {
        static_cast<void>(windows_->exchange(slice_, samples_, now()));
        samples_.clear();
    }
    if (at_start_.at == TimePoint{}) {
        at_start_ = usage_of_this_thread();
    }
    at_end_ = usage_of_this_thread();
    slice_.phase = Phase::over;
}

}  // namespace volley
