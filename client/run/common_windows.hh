// The windows of a run, shared by its workers: who writes where, and when the run is over.
//
// At the edge of a window a worker passes on a full histogram, without taking a lock; the
// coordinator merges with collect(). The coordinator may move the end of the run until a worker has
// reached it.
#pragma once

#include <atomic>
#include <deque>
#include <mutex>
#include <vector>

#include "clock/clock.hh"
#include "run/handover.hh"
#include "run/result.hh"
#include "stats/windows.hh"

namespace volley {

class CommonWindows {
  public:
    // warmup may be zero. run_time: above zero. workers: 1 or more; each uses its own number below.
    CommonWindows(Duration warmup, Duration run_time, std::size_t workers = 1);

    // Sets the start line; call before any worker starts.
    void start_at(TimePoint line);
    [[nodiscard]] TimePoint measuring_starts() const { return start_; }

    // The slice that contains `at`, for a worker that has none yet.
    [[nodiscard]] Slice slice_at(TimePoint at);
    // Where a worker fills in its samples.
    [[nodiscard]] Histogram& samples_of(std::size_t worker) { return handovers_[worker].current(); }
    // Takes over a worker's samples of the slice that it leaves, returns the slice that contains
    // `at`, and leaves samples_of(worker) empty. Does not wait, unless nothing was collected for so
    // long that the worker has to merge its samples itself.
    [[nodiscard]] Slice exchange(std::size_t worker, const Slice& left, TimePoint at);
    // Notes how many trips a worker has ended within the measured part so far.
    void note_trips(std::size_t worker, std::uint64_t trips) {
        handovers_[worker].note_trips(trips);
    }

    // Merges what the workers have handed over. Call at least every collect_period(), and before
    // the windows are read.
    void collect();
    [[nodiscard]] Duration collect_period() const;

    // Moves the end, unless a worker has already gone beyond it. Returns whether it did.
    bool set_end(TimePoint end);
    [[nodiscard]] TimePoint end() const;
    [[nodiscard]] std::uint64_t trips_so_far() const;
    // A copy of the windows that were complete at `until`, for a look during the run or for the
    // result after it. Collects first.
    [[nodiscard]] std::vector<Histogram> windows_until(TimePoint until);
    [[nodiscard]] Duration width() const;

    // Call when all workers have left.
    void finish();
    [[nodiscard]] const WindowSeries& series() const { return series_; }
    [[nodiscard]] std::vector<WindowPoint> points() const;

  private:
    // The end, and whether a worker has gone beyond it, in one word so that no worker needs a lock:
    // nanoseconds times two, plus the flag in the lowest bit.
    static constexpr Duration::rep reached_bit = 1;
    [[nodiscard]] static TimePoint end_of(Duration::rep word) {
        return TimePoint(Duration(word >> 1));
    }

    [[nodiscard]] Slice find_slice(TimePoint at);
    void take_from(Handover& handover);
    void add(const Slice& slice, const Histogram& samples);

    // Warm-up is kept only as sums, in this many slices.
    static constexpr int warmup_slices = 8;

    Duration warmup_;
    Duration run_time_;
    // Set before any worker starts, and constant from then on.
    TimePoint line_{};
    TimePoint start_{};
    // Acquire and release between set_end() and find_slice(); no other data depends on it.
    std::atomic<Duration::rep> end_{0};
    // Relaxed: a worker that sees an earlier, narrower width makes slices that nest in the windows.
    std::atomic<Duration::rep> width_;
    std::deque<Handover> handovers_;  // one per worker; never moved
    mutable std::mutex mutex_;        // guards what follows, and who takes from the handovers
    std::vector<WindowPoint> warmup_points_;
    WindowSeries series_;
};

}  // namespace volley
