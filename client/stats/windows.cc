#include "stats/windows.hh"

#include <algorithm>
#include <utility>

#include "base/error.hh"

namespace volley {

WindowSeries::WindowSeries(Duration first_width) : width_(first_width), windows_(most_windows) {
    ensure(first_width > Duration::zero(), "a window is wider than 0");
}

Duration WindowSeries::add(Duration at, const Histogram& slice) {
    ensure(at >= Duration::zero(), "a slice begins after the start");
    while (at / width_ >= static_cast<Duration::rep>(most_windows)) {
        halve();
    }
    const auto index = static_cast<std::size_t>(at / width_);
    used_ = std::max(used_, index + 1);
    windows_[index].merge(slice);
    return width_;
}

Duration WindowSeries::extend(Duration elapsed) {
    const auto begun = [this, elapsed] {
        return elapsed / width_ + (elapsed % width_ > Duration::zero() ? 1 : 0);
    };
    while (begun() > static_cast<Duration::rep>(most_windows)) {
        halve();
    }
    if (elapsed > Duration::zero()) {
        used_ = std::max(used_, static_cast<std::size_t>(begun()));
    }
    return width_;
}

Histogram WindowSeries::pooled() const {
    Histogram all;
    for (const Histogram& window : windows()) {
        all.merge(window);
    }
    return all;
}

// Merges neighbours. Window i takes the memory of window 2i by a swap; its own contents have been
// moved already and it is empty, so nothing is copied or allocated.
void WindowSeries::halve() {
    windows_[0].merge(windows_[1]);
    windows_[1].clear();
    for (std::size_t i = 1; i < most_windows / 2; ++i) {
        std::swap(windows_[i], windows_[2 * i]);
        windows_[i].merge(windows_[2 * i + 1]);
        windows_[2 * i + 1].clear();
    }
    used_ = (used_ + 1) / 2;
    width_ *= 2;
}

}  // namespace volley
