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

Recorder::Recorder(CommonWindows& windows, std::size_t worker, std::size_t connections)
    : windows_(&windows), worker_(worker), samples_(&windows.samples_of(worker)) {
    edge_trips_.reserve(2 * connections);
}

void Recorder::start(TimePoint at) {
    last_cpu_ = ::sched_getcpu();
    slice_ = windows_->slice_at(at);
    if (slice_.phase != Phase::warmup) {
        counted_from_ = windows_->measuring_starts();
        at_start_ = usage_of_this_thread();
    }
}

// Outside the measured path: called at the edge of a slice, for trips that began before the
// measured part, and for trips that end after it.
TimePoint Recorder::cross_edge(TimePoint began, TimePoint ended) {
    const bool is_edge = ended >= slice_.edge && slice_.phase != Phase::over;
    if (is_edge) {
        leave_slice(ended);
    }
    const auto trip = static_cast<std::uint64_t>((ended - began).count());
    const TimePoint start = windows_->measuring_starts();
    if (slice_.phase == Phase::over) {
        const TimePoint end = slice_.begin;
        const Duration within = end - std::clamp(began, start, end);
        edge_trips_.push_back({.length_ns = trip,
                               .within_ns = static_cast<std::uint64_t>(within.count()),
                               .ended_within = false});
    } else {
        if (slice_.phase == Phase::measured && began < start) {
            edge_trips_.push_back({.length_ns = trip,
                                   .within_ns = static_cast<std::uint64_t>((ended - start).count()),
                                   .ended_within = true});
        }
        samples_->record(trip);
    }
    if (!is_edge) {
        return ended;
    }
    if (slice_.phase == Phase::measured) {
        windows_->note_trips(worker_, passed_on_ + samples_->count());
    }
    return now();
}

void Recorder::leave_slice(TimePoint ended) {
    const Phase before = slice_.phase;
    if (before == Phase::measured) {
        passed_on_ += samples_->count();
        windows_->note_trips(worker_, passed_on_);
    }
    slice_ = windows_->exchange(worker_, slice_, ended);
    samples_ = &windows_->samples_of(worker_);
    if (slice_.phase != Phase::warmup) {
        counted_from_ = windows_->measuring_starts();
    }
    note_phase(before);
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
        passed_on_ += samples_->count();
        windows_->note_trips(worker_, passed_on_);
        static_cast<void>(windows_->exchange(worker_, slice_, now()));
    }
    if (at_start_.at == TimePoint{}) {
        at_start_ = usage_of_this_thread();
    }
    at_end_ = usage_of_this_thread();
    slice_.phase = Phase::over;
}

}  // namespace volley
