#include "report/classic.hh"

#include <array>
#include <cinttypes>
#include <cstdio>

#include "report/pooled.hh"

namespace volley {

std::string classic_line(const MeasurementResult& result) {
    const Histogram trips = pooled_trips(result);
    const auto deviation = trips.standard_deviation();
    if (!deviation) {
        return {};
    }
    constexpr double ns_per_us = 1e3;
    std::array<char, 96> line{};
    std::snprintf(line.data(), line.size(), "%gus %gus %" PRIu64 "\n", *trips.mean() / ns_per_us,
                  *deviation / ns_per_us, trips.count());
    return line.data();
}

}  // namespace volley
