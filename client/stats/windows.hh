// The windows of a run: slices of wall-clock time common to all workers, 32 to 64 of them whatever
// the run's length.
//
// Window k spans [k·width, (k+1)·width) ns after the start; a round trip belongs to the window in
// which it ended. When an addition lies at or beyond 64 windows, neighbours merge and the width
// doubles, as often as is needed, so memory is constant. Edges nest: a slice taken at a former,
// narrower width always lies wholly within one present window. Pure: it reads no clock and takes no
// lock; who shares it between threads guards it.
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

    // All memory is taken here. first_width: above 0.
    explicit WindowSeries(Duration first_width);

    // Adds the samples of a slice of time that began `at` after the start (at >= 0) and that lies
    // within one window. Returns the present width, which the caller adopts for its next slices.
    Duration add(Duration at, const Histogram& slice);
    // Makes sure that `elapsed` is covered, merging where needed, so that empty windows at the end
    // are counted as windows.
    Duration extend(Duration elapsed);

    [[nodiscard]] Duration width() const { return width_; }
    // Windows begun so far, including empty ones (no sample is a finding too).
    [[nodiscard]] std::span<const Histogram> windows() const { return {windows_.data(), used_}; }
    [[nodiscard]] Histogram pooled() const;

  private:
    void halve();

    Duration width_;
    std::size_t used_ = 0;
    std::vector<Histogram> windows_;
};

}  // namespace volley
