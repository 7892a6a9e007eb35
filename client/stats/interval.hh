// Every estimate of the program: a point, and an interval if one is known.
#pragma once

#include <algorithm>
#include <optional>

namespace volley {

struct Interval {
    double low = 0;
    double high = 0;
};

// In the unit of the statistic (ns unless said otherwise).
struct Estimate {
    double point = 0;
    std::optional<Interval> interval;  // nothing: not yet known

    // The larger half-width relative to the point: 0.05 is 5 %. Nothing if there is no interval or
    // the point is not above 0.
    [[nodiscard]] std::optional<double> precision() const {
        if (!interval || !(point > 0)) {
            return std::nullopt;
        }
        return std::max(interval->high - point, point - interval->low) / point;
    }
};

}  // namespace volley
