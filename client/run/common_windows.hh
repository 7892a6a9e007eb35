// The windows of a run as its workers share them: who writes where, and when the run is over.
//
// Workers keep their samples to themselves and come here once a window, so the lock is off the
// measured path. The coordinator may move the run's end while no worker has reached it.
#pragma once

#include <mutex>
#include <vector>

#include "clock/clock.hh"
#include "run/result.hh"
#include "stats/windows.hh"

namespace volley {

enum class Phase { warmup, measured, over };

// A stretch of time within one window, in which a worker's samples go together.
struct Slice {
    Phase phase = Phase::warmup;
    TimePoint begin{};
    TimePoint edge{};  // the first moment beyond it
};

class CommonWindows {
  public:
    // warmup may be zero. run_time: above zero.
    CommonWindows(Duration warmup, Duration run_time);

    // Sets the start line; call before any worker comes.
    void start_at(TimePoint line);
    [[nodiscard]] TimePoint measuring_starts() const { return start_; }

    // The slice that `at` falls into, for a worker that has nothing yet.
    [[nodiscard]] Slice slice_at(TimePoint at);
    // Takes over a worker's samples of the slice that it leaves, and gives the one that `at` falls
    // into.
    [[nodiscard]] Slice exchange(const Slice& left, const Histogram& samples, TimePoint at);

    // Moves the end, unless some worker has already gone beyond it. Returns whether it did.
    bool set_end(TimePoint end);
    [[nodiscard]] TimePoint end() const;
    [[nodiscard]] std::uint64_t trips_so_far() const;
    // A copy of the windows that were complete at `until`, for a look during the run or, after it,
    // for the result.
    [[nodiscard]] std::vector<Histogram> windows_until(TimePoint until) const;
    [[nodiscard]] Duration width() const;

    // Call when all workers have left.
    void finish();
    [[nodiscard]] const WindowSeries& series() const { return series_; }
    [[nodiscard]] std::vector<WindowPoint> points() const;

  private:
    [[nodiscard]] Slice find_slice(TimePoint at);

    // Warm-up is kept as sums only, in so many slices.
    static constexpr int warmup_slices = 8;

    mutable std::mutex mutex_;
    Duration warmup_;
    Duration run_time_;
    TimePoint line_{};
    TimePoint start_{};
    TimePoint end_{};
    bool ended_ = false;
    std::uint64_t trips_ = 0;
    std::vector<WindowPoint> warmup_points_;
    WindowSeries series_;
};

}  // namespace volley
