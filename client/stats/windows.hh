// The windows of a run: slices of wall-clock time common to all workers, 32 to 64 of them whatever
// the run's length.
//
// Window k spans [k·width, (k+1)·width) ns after the start; a round trip belongs to the window in
// which it ended. When an addition lies at or beyond 64 windows, neighbours merge and the width
// doubles, as often as needed, so memory is constant. Edges nest: a slice taken at an earlier,
// narrower width always lies within one current window. Pure: it reads no clock and takes no lock;
// callers that share it between threads must lock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/units.hh"
#include "stats/histogram.hh"

namespace volley {

class WindowSeries {
  public:
    static constexpr std::size_t most_windows = 64;

    // Allocates all memory. first_width: above 0.
    explicit WindowSeries(Duration first_width);

    // Adds the samples of a slice of time that began `at` after the start (at >= 0) and lies within
    // one window. Returns the current width, which the caller uses for its next slices.
    Duration add(Duration at, const Histogram& slice);
    // Makes sure that `elapsed` is covered, merging where needed, so that empty windows at the end
    // are counted as windows.
    Duration extend(Duration elapsed);

    [[nodiscard]] Duration width() const { return width_; }
    // Windows begun so far, including empty ones (no samples is a result too).
    [[nodiscard]] std::span<const Histogram> windows() const { return {windows_.data(), used_}; }
    [[nodiscard]] Histogram pooled() const;

  private:
    void halve();

    Duration width_;
    std::size_t used_ = 0;
    std::vector<Histogram> windows_;
};

}  // namespace volley
