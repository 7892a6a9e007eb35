#include "run/common_windows.hh"

#include <algorithm>

namespace volley {

namespace {

// The first width is a 48th of the run, so that there are 32 to 64 windows at its end. A window
// below 1 ms would hold too little.
constexpr int first_windows = 48;
constexpr Duration least_width = std::chrono::milliseconds(1);

// Histograms of all workers together. With one or two workers they suffice for all edges of a run
// of the usual length, and nothing is merged before it has ended. With many workers, memory matters
// more.
constexpr std::size_t histograms_in_all = 128;
constexpr std::size_t most_histograms_a_worker = 64;
constexpr std::size_t least_histograms_a_worker = 2;

std::size_t depth_for(std::size_t workers) {
    return std::clamp(histograms_in_all / std::max<std::size_t>(workers, 1),
                      least_histograms_a_worker, most_histograms_a_worker);
}

}  // namespace

CommonWindows::CommonWindows(Duration warmup, Duration run_time, std::size_t workers)
    : warmup_(warmup),
      run_time_(run_time),
      warmup_points_(warmup > Duration::zero() ? warmup_slices : 0),
      series_(std::max(run_time / first_windows, least_width)) {
    width_.store(series_.width().count(), std::memory_order_relaxed);
    for (std::size_t worker = 0; worker < workers; ++worker) {
        handovers_.emplace_back(depth_for(workers));
    }
}

void CommonWindows::start_at(TimePoint line) {
    line_ = line;
    start_ = line + warmup_;
    static_cast<void>(set_end(start_ + run_time_));
    const double width = to_seconds(warmup_) / warmup_slices;
    for (std::size_t at = 0; at < warmup_points_.size(); ++at) {
        warmup_points_[at].start_seconds = width * static_cast<double>(at) - to_seconds(warmup_);
        warmup_points_[at].width_seconds = width;
    }
}

Slice CommonWindows::find_slice(TimePoint at) {
    if (at < start_) {
        const Duration width = std::max(warmup_ / warmup_slices, Duration(1));
        const auto index = std::clamp<Duration::rep>((at - line_) / width, 0, warmup_slices - 1);
        const TimePoint edge = index == warmup_slices - 1 ? start_ : line_ + (index + 1) * width;
        return {.phase = Phase::warmup, .begin = line_ + index * width, .edge = edge};
    }
    Duration::rep word = end_.load(std::memory_order_acquire);
    while (at >= end_of(word)) {
        if ((word & reached_bit) != 0 ||
            end_.compare_exchange_weak(word, word | reached_bit, std::memory_order_acq_rel)) {
            return {.phase = Phase::over, .begin = end_of(word), .edge = TimePoint{}};
        }
    }
    const Duration width(width_.load(std::memory_order_relaxed));
    const TimePoint begin = start_ + (at - start_) / width * width;
    return {
        .phase = Phase::measured, .begin = begin, .edge = std::min(begin + width, end_of(word))};
}

Slice CommonWindows::slice_at(TimePoint at) {
    return find_slice(at);
}

Slice CommonWindows::exchange(std::size_t worker, const Slice& left, TimePoint at) {
    Handover& handover = handovers_[worker];
    if (left.phase != Phase::over && handover.current().count() > 0) {
        while (!handover.try_pass(left)) {
            const std::scoped_lock lock(mutex_);
            take_from(handover);
        }
    }
    return find_slice(at);
}

void CommonWindows::add(const Slice& slice, const Histogram& samples) {
    if (slice.phase == Phase::measured) {
        width_.store(series_.add(slice.begin - start_, samples).count(), std::memory_order_relaxed);
    } else if (!warmup_points_.empty()) {
        const Duration width = std::max(warmup_ / warmup_slices, Duration(1));
        const auto index = static_cast<std::size_t>((slice.begin - line_) / width);
        auto& point = warmup_points_[std::min(index, warmup_points_.size() - 1)];
        point.count += samples.count();
        point.sum_ns += samples.sum();
        point.maximum_ns = std::max(point.maximum_ns, samples.maximum());
    }
}

void CommonWindows::take_from(Handover& handover) {
    handover.take([this](const Slice& slice, const Histogram& samples) { add(slice, samples); });
}

void CommonWindows::collect() {
    for (Handover& handover : handovers_) {
        const std::scoped_lock lock(mutex_);
        take_from(handover);
    }
}

// Leaves a few edges to spare, because the coordinator may be late.
Duration CommonWindows::collect_period() const {
    constexpr std::size_t spare = 6;
    const std::size_t depth = handovers_.front().depth();
    const auto edges = static_cast<Duration::rep>(
        depth > 2 * spare ? depth - spare : std::max<std::size_t>(1, depth / 2));
    return width() * edges;
}

bool CommonWindows::set_end(TimePoint end) {
    Duration::rep word = end_.load(std::memory_order_acquire);
    while ((word & reached_bit) == 0) {
        if (end_.compare_exchange_weak(word, end.time_since_epoch().count() * 2,
                                       std::memory_order_acq_rel)) {
            return true;
        }
    }
    return false;
}

TimePoint CommonWindows::end() const {
    return end_of(end_.load(std::memory_order_acquire));
}

std::uint64_t CommonWindows::trips_so_far() const {
    std::uint64_t trips = 0;
    for (const Handover& handover : handovers_) {
        trips += handover.trips();
    }
    return trips;
}

Duration CommonWindows::width() const {
    return Duration(width_.load(std::memory_order_relaxed));
}

std::vector<Histogram> CommonWindows::windows_until(TimePoint until) {
    collect();
    const std::scoped_lock lock(mutex_);
    const auto complete =
        static_cast<std::size_t>(std::max<Duration::rep>(0, (until - start_) / series_.width()));
    const auto windows = series_.windows();
    const auto part = windows.first(std::min(complete, windows.size()));
    return {part.begin(), part.end()};
}

void CommonWindows::finish() {
    collect();
    const std::scoped_lock lock(mutex_);
    // The last moment of the run, not the first one after it, which would start another window.
    static_cast<void>(series_.extend(end() - start_));
}

std::vector<WindowPoint> CommonWindows::points() const {
    const std::scoped_lock lock(mutex_);
    std::vector<WindowPoint> points = warmup_points_;
    const double width = to_seconds(series_.width());
    for (const Histogram& window : series_.windows()) {
        points.push_back(
            {.start_seconds = width * static_cast<double>(points.size() - warmup_points_.size()),
             .width_seconds = width,
             .count = window.count(),
             .sum_ns = window.sum(),
             .maximum_ns = window.maximum()});
    }
    return points;
}

}  // namespace volley
