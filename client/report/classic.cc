#include "report/classic.hh"

#include <array>
#include <cinttypes>
#include <cmath>
#include <cstdio>

#include "report/pooled.hh"

namespace volley {

std::string classic_line(const MeasurementResult& result) {
    const Histogram trips = pooled_trips(result);
    if (trips.count() == 0) {
        return {};
    }
    constexpr double ns_per_us = 1e3;
    std::array<char, 96> line{};
    std::snprintf(line.data(), line.size(), "%gus %gus %" PRIu64 "\n",
                  trips.mean().value_or(std::nan("")) / ns_per_us,
                  trips.standard_deviation().value_or(std::nan("")) / ns_per_us, trips.count());
    return line.data();
}

}  // namespace volley
