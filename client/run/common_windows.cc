#include "run/common_windows.hh"

#include <algorithm>

namespace volley {

namespace {

// Windows begin at a 48th of the run, so that 32 to 64 are there at its end; below 1 ms a window
// would hold too little.
constexpr int first_windows = 48;
constexpr Duration least_width = std::chrono::milliseconds(1);

}  // namespace

CommonWindows::CommonWindows(Duration warmup, Duration run_time)
    : warmup_(warmup),
      run_time_(run_time),
      warmup_points_(warmup > Duration::zero() ? warmup_slices : 0),
      series_(std::max(run_time / first_windows, least_width)) {}

void CommonWindows::start_at(TimePoint line) {
    const std::scoped_lock lock(mutex_);
    line_ = line;
    start_ = line + warmup_;
    end_ = start_ + run_time_;
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
    if (at >= end_) {
        ended_ = true;
        return {.phase = Phase::over, .begin = end_, .edge = TimePoint{}};
    }
    const Duration width = series_.width();
    const TimePoint begin = start_ + (at - start_) / width * width;
    return {.phase = Phase::measured, .begin = begin, .edge = std::min(begin + width, end_)};
}

Slice CommonWindows::slice_at(TimePoint at) {
    const std::scoped_lock lock(mutex_);
    return find_slice(at);
}

Slice CommonWindows::exchange(const Slice& left, const Histogram& samples, TimePoint at) {
    const std::scoped_lock lock(mutex_);
    if (left.phase == Phase::measured) {
        static_cast<void>(series_.add(left.begin - start_, samples));
        trips_ += samples.count();
    } else if (left.phase == Phase::warmup && !warmup_points_.empty()) {
        const Duration width = std::max(warmup_ / warmup_slices, Duration(1));
        auto& point = warmup_points_[static_cast<std::size_t>((left.begin - line_) / width)];
        point.count += samples.count();
        point.sum_ns += samples.sum();
        point.maximum_ns = std::max(point.maximum_ns, samples.maximum());
    }
    return find_slice(at);
}

bool CommonWindows::set_end(TimePoint end) {
    const std::scoped_lock lock(mutex_);
    if (!ended_) {
        end_ = end;
    }
    return !ended_;
}

TimePoint CommonWindows::end() const {
    const std::scoped_lock lock(mutex_);
    return end_;
}

std::uint64_t CommonWindows::trips_so_far() const {
    const std::scoped_lock lock(mutex_);
    return trips_;
}

Duration CommonWindows::width() const {
    const std::scoped_lock lock(mutex_);
    return series_.width();
}

std::vector<Histogram> CommonWindows::windows_until(TimePoint until) const {
    const std::scoped_lock lock(mutex_);
    const auto complete =
        static_cast<std::size_t>(std::max<Duration::rep>(0, (until - start_) / series_.width()));
    const auto windows = series_.windows();
    const auto part = windows.first(std::min(complete, windows.size()));
    return {part.begin(), part.end()};
}

void CommonWindows::finish() {
    const std::scoped_lock lock(mutex_);
    // The last moment of the run, not the first one after it, which would begin another window.
    static_cast<void>(series_.extend(end_ - start_));
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
